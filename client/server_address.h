#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simdb::client {

/// Where a `simdb serve` listens.
struct ServerAddress {
  std::string host;         ///< name or address, IPv6 without brackets; empty: a Unix socket
  std::string port = {};    ///< digits
  std::string socket = {};  ///< path of the Unix socket
  std::string name = {};    ///< as it was given, for messages

  /// What stands in the field Host.
  std::string host_field() const;
};

/// "http://HOST[:PORT]" or "unix:PATH". Throws Error(kUsage) for anything else, saying what to do
/// about https.
ServerAddress parse_server_address(std::string_view text);

/// A text as it stands in the query of a target: all but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

/// A target: a path and its parameters, in the order in which they are added.
class RequestTarget {
 public:
  explicit RequestTarget(std::string path) : text_(std::move(path)) {}
  RequestTarget& with(std::string_view name, std::string_view value);
  RequestTarget& with(std::string_view name, std::uint64_t value);
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool has_parameters_ = false;
};

}  // namespace simdb::client
