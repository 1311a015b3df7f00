#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace simdb::test {
namespace {

int connect_to(int family, const void* address, socklen_t size) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "socket");
  if (::connect(descriptor, static_cast<const sockaddr*>(address), size) != 0) {
    const int error = errno;
    ::close(descriptor);
    throw std::system_error(error, std::generic_category(), "connect");
  }
  return descriptor;
}

std::optional<std::size_t> number_of(std::string_view text, int base) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string HttpAnswer::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::string http_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view fields, std::string_view host) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return request.append(fields).append("\r\n").append(body);
}

HttpClient::HttpClient(std::uint16_t port, Milliseconds patience)
    : patience_(patience), host_("localhost:" + std::to_string(port)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  descriptor_ = connect_to(AF_INET, &address, sizeof address);
}

HttpClient::HttpClient(const std::filesystem::path& socket, Milliseconds patience)
    : patience_(patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
  descriptor_ = connect_to(AF_UNIX, &address, sizeof address);
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      patience_(other.patience_),
      host_(std::move(other.host_)),
      input_(std::move(other.input_)) {}

HttpClient::~HttpClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      pollfd waited{descriptor_, POLLOUT, 0};
      if (::poll(&waited, 1, static_cast<int>(patience_.count())) == 0) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool HttpClient::fill() {
  std::array<char, 65'536> bytes;
  pollfd waited{descriptor_, POLLIN, 0};
  if (::poll(&waited, 1, static_cast<int>(patience_.count())) <= 0) return false;
  const ssize_t size = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  input_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> HttpClient::take(std::size_t size) {
  while (input_.size() < size) {
    if (!fill()) return std::nullopt;
  }
  std::string taken = input_.substr(0, size);
  input_.erase(0, size);
  return taken;
}

std::optional<std::string> HttpClient::take_line() {
  std::size_t end = 0;
  while ((end = input_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string line = input_.substr(0, end);
  input_.erase(0, end + 2);
  return line;
}

std::optional<HttpAnswer> HttpClient::read(bool is_head) {
  HttpAnswer answer;
  const auto status_line = take_line();
  if (!status_line || !status_line->starts_with("HTTP/1.1 ")) return std::nullopt;
  const auto status = number_of(std::string_view(*status_line).substr(9, 3), 10);
  if (!status) return std::nullopt;
  answer.status = static_cast<int>(*status);
  for (;;) {
    const auto line = take_line();
    if (!line) return std::nullopt;
    if (line->empty()) break;
    const std::size_t colon = line->find(": ");
    if (colon == std::string::npos) return std::nullopt;
    std::string name = line->substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (!answer.fields.emplace(name, line->substr(colon + 2)).second) return std::nullopt;
  }
  if (is_head || answer.status == 204 || answer.status == 304 || answer.status < 200) return answer;
  if (answer.field("transfer-encoding") == "chunked") {
    for (;;) {
      const auto line = take_line();
      const auto size = line ? number_of(*line, 16) : std::nullopt;
      const auto chunk = size ? take(*size + 2) : std::nullopt;
      if (!chunk || !chunk->ends_with("\r\n")) return std::nullopt;
      if (*size == 0) return answer;
      answer.body += chunk->substr(0, *size);
    }
  }
  const auto length = number_of(answer.field("content-length"), 10);
  auto body = length ? take(*length) : std::nullopt;
  if (!body) return std::nullopt;
  answer.body = *std::move(body);
  return answer;
}

std::optional<HttpAnswer> HttpClient::ask(std::string_view method, std::string_view target,
                                          std::string_view body, std::string_view fields) {
  if (!send(http_request(method, target, body, fields, host_))) return std::nullopt;
  return read(method == "HEAD");
}

std::string HttpClient::read_some(std::size_t most) {
  if (input_.empty()) fill();
  return *take(std::min(most, input_.size()));
}

bool HttpClient::is_closed() { return input_.empty() && !fill() && !is_silent(Milliseconds(0)); }

bool HttpClient::is_silent(Milliseconds time) {
  pollfd waited{descriptor_, POLLIN, 0};
  return input_.empty() && ::poll(&waited, 1, static_cast<int>(time.count())) == 0;
}

}  // namespace simdb::test
