#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace simdb::test {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> fields = {};  ///< names in lower case
  std::string body = {};

  /// Empty if it is missing.
  std::string field(const std::string& name) const;
};

/// "METHOD target HTTP/1.1" with Host, Content-Length where there is a body, and `fields`, whole
/// lines each of which ends with CR LF.
std::string http_request(std::string_view method, std::string_view target,
                         std::string_view body = {}, std::string_view fields = {},
                         std::string_view host = "localhost");

/// A connection to an HTTP server that sends what it is told, right or wrong. Its waits end after
/// `patience`. Thread-compatible.
class HttpClient {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// To 127.0.0.1. Throws std::system_error if nobody listens.
  explicit HttpClient(std::uint16_t port, Milliseconds patience = Milliseconds(10'000));
  explicit HttpClient(const std::filesystem::path& socket,
                      Milliseconds patience = Milliseconds(10'000));
  HttpClient(HttpClient&& other) noexcept;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient& operator=(HttpClient&&) = delete;
  ~HttpClient();

  int descriptor() const noexcept { return descriptor_; }
  /// "localhost:PORT", or "localhost" for a Unix socket.
  const std::string& host() const noexcept { return host_; }

  /// False: the other side has closed, or does not read.
  bool send(std::string_view bytes);
  /// The next answer, with a body by Content-Length or chunks, none after HEAD; nothing if the
  /// other side closes before its end, sends what is no answer, or time runs out.
  std::optional<HttpAnswer> read(bool is_head = false);
  /// Sends a request with our Host and reads its answer.
  std::optional<HttpAnswer> ask(std::string_view method, std::string_view target,
                                std::string_view body = {}, std::string_view fields = {});
  /// Some bytes, as they come; empty when the other side has closed or time runs out.
  std::string read_some(std::size_t most = 65'536);
  /// Whether the other side closes, without another byte.
  bool is_closed();
  /// Nothing has come for `time`.
  bool is_silent(Milliseconds time);

 private:
  bool fill();
  std::optional<std::string> take(std::size_t size);
  std::optional<std::string> take_line();

  int descriptor_ = -1;
  Milliseconds patience_;
  std::string host_ = "localhost";
  std::string input_;
};

}  // namespace simdb::test
