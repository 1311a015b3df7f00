#include "client/server_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::client {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kUnix = "unix:";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(ErrorCode::kUsage, fmt::format("the server {}: {}", printable(text), why));
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoul(std::string(text)) <= 65'535 && std::stoul(std::string(text)) > 0;
}

// Of a name or an address: it goes into a field of the head.
bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  });
}

}  // namespace

std::string ServerAddress::host_field() const {
  if (host.empty()) return "localhost";
  const std::string bare = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == "80" ? bare : bare + ":" + port;
}

ServerAddress parse_server_address(std::string_view text) {
  ServerAddress address{.host = {}, .name = std::string(text)};
  if (text.starts_with(kUnix)) {
    address.socket = text.substr(kUnix.size());
    if (address.socket.empty()) refuse(text, "the path of the socket is missing");
    return address;
  }
  if (text.starts_with(kHttps)) {
    refuse(text,
           "TLS is not spoken here; let a program of this machine speak it: 'ssh -N -L "
           "7700:localhost:7700 HOST', or a proxy such as stunnel, and --server "
           "http://localhost:7700");
  }
  if (!text.starts_with(kHttp)) refuse(text, "it is http://HOST:PORT or unix:PATH");
  std::string_view rest = text.substr(kHttp.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) refuse(text, "a ']' is missing");
  const std::size_t colon = rest.find(':', bracket);
  const std::string_view host = rest.substr(0, colon);
  address.host = bracket > 0 ? host.substr(1, bracket - 1) : host;
  const bool has_rest = bracket > 0 && bracket + 1 != host.size();
  address.port = colon == std::string_view::npos ? "80" : rest.substr(colon + 1);
  if (!is_host(address.host) || has_rest || !is_port(address.port)) {
    refuse(text, "it is http://HOST:PORT, without a path or a name of a user");
  }
  return address;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

RequestTarget& RequestTarget::with(std::string_view name, std::string_view value) {
  text_ += has_parameters_ ? '&' : '?';
  has_parameters_ = true;
  text_.append(name).append("=").append(percent_encoded(value));
  return *this;
}

RequestTarget& RequestTarget::with(std::string_view name, std::uint64_t value) {
  return with(name, std::to_string(value));
}

}  // namespace simdb::client
