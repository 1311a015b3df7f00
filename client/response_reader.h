#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simdb::client {

/// What an answer begins with.
struct ResponseHead {
  int status = 0;
  std::optional<unsigned> retry_after = std::nullopt;  ///< seconds
};

/// Reads one answer from the bytes of a connection, by Content-Length, in chunks or to its end.
/// Thread-compatible.
class ResponseReader {
 public:
  /// `on_body` gets the body piece by piece, after the head is there.
  explicit ResponseReader(std::function<void(const ResponseHead&, std::string_view)> on_body);
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;
  ~ResponseReader();

  /// Takes the next bytes; returns how many it used, fewer where the answer needs more of them or
  /// has ended. Throws Error(kIo) for what is no HTTP answer,
  /// with a message that goes on after "the server ".
  std::size_t put(std::string_view bytes);
  /// The connection has ended. Throws Error(kIo) if the answer has not.
  void put_end();

  bool has_begun() const noexcept;
  bool is_done() const noexcept;
  const ResponseHead& head() const noexcept;
  /// Whether the connection is good for another request.
  bool keeps_alive() const noexcept;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace simdb::client
