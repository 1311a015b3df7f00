#include "client/http_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBetweenChecks{250};
constexpr seconds kPatienceToConnect{10};

[[noreturn]] void fail_to_connect(const ServerAddress& address, const std::string& why) {
  throw Error(ErrorCode::kIo,
              fmt::format("can't reach the server {}: {}; does 'simdb serve' run there?",
                          printable(address.name), why));
}

std::string text_of(int error) { return std::generic_category().message(error); }

}  // namespace

HttpSocket::HttpSocket(const ServerAddress& address, Check check) : check_(std::move(check)) {
  int error = 0;
  const auto try_to_connect = [&](int family, const sockaddr* to, socklen_t size) {
    descriptor_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) {
      error = errno;
      return false;
    }
    error = ::connect(descriptor_, to, size) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      socklen_t length = sizeof error;
      error = ETIMEDOUT;
      try {
        if (wait(POLLOUT, kPatienceToConnect))
          ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length);
      } catch (...) {
        ::close(descriptor_);
        throw;
      }
    }
    if (error == 0) return true;
    ::close(std::exchange(descriptor_, -1));
    return false;
  };
  if (address.host.empty()) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (address.socket.size() >= sizeof to.sun_path)
      fail_to_connect(address, "its path is too long");
    address.socket.copy(to.sun_path, sizeof to.sun_path - 1);
    if (!try_to_connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to))
      fail_to_connect(address, text_of(error));
    return;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (code != 0) fail_to_connect(address, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (!try_to_connect(entry->ai_family, entry->ai_addr, entry->ai_addrlen)) continue;
    const int on = 1;  // a request is sent in two pieces, and the second must not wait
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return;
  }
  fail_to_connect(address, text_of(error));
}

HttpSocket::~HttpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

// Whether one of `events` came within `patience`.
bool HttpSocket::wait(short events, milliseconds patience) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (check_) check_();
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waited{descriptor_, events, 0};
    const auto turn = std::clamp(left, milliseconds(0), kBetweenChecks);
    if (::poll(&waited, 1, static_cast<int>(turn.count())) > 0) return true;
    if (left <= milliseconds(0)) return false;
  }
}

bool HttpSocket::send(std::string_view bytes, seconds patience) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      if (!wait(POLLOUT | POLLIN, patience)) {
        throw Error(ErrorCode::kIo, fmt::format("did not read for {} seconds", patience.count()));
      }
      pollfd answered{descriptor_, POLLIN, 0};
      if (::poll(&answered, 1, 0) > 0) return true;
    } else {
      return false;
    }
  }
  return true;
}

std::size_t HttpSocket::receive(std::span<char> bytes, seconds patience) {
  for (;;) {
    const ssize_t size = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EAGAIN && errno != EINTR) return 0;
    if (!wait(POLLIN, patience)) {
      throw Error(ErrorCode::kIo,
                  fmt::format("did not answer within {} seconds", patience.count()));
    }
  }
}

}  // namespace simdb::client
