#include "server/listen_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START
constexpr int kBacklog = 512;

[[noreturn]] void fail(std::string_view address) {
  const int error = errno;
  const std::string why = std::generic_category().message(error);
  const std::string what = "can't listen on " + printable(address) + ": ";
  if (error == EADDRINUSE) {
    throw Error(ErrorCode::kBusy,
                what + "another program does; choose another --listen, or stop it");
  }
  throw Error(ErrorCode::kIo, what + why);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
}

int open_socket(int family, std::string_view address) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) fail(address);
  return descriptor;
}

// A file that no server listens on any more: one that was killed leaves it.
void remove_stale(const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  const bool is_dead =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  ::close(probe);
  if (is_dead) ::unlink(address.sun_path);
}

}  // namespace

ListenSocket::ListenSocket(int descriptor) : descriptor_(descriptor) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) {
    descriptor_ = -1;
    throw Error(ErrorCode::kUsage,
                "descriptor " + std::to_string(descriptor) + " is no listening socket");
  }
  // Else accept() would wait for the next client if this one is gone already.
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  describe();
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      is_unix_(other.is_unix_),
      is_local_(other.is_local_),
      port_(other.port_),
      name_(std::move(other.name_)),
      file_(std::exchange(other.file_, {})) {}

ListenSocket& ListenSocket::operator=(ListenSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(is_unix_, other.is_unix_);
  std::swap(is_local_, other.is_local_);
  std::swap(port_, other.port_);
  std::swap(name_, other.name_);
  std::swap(file_, other.file_);
  return *this;
}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!file_.empty()) ::unlink(file_.c_str());
}

void ListenSocket::describe() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("it");
  if (address.ss_family == AF_UNIX) {
    sockaddr_un local{};
    std::memcpy(&local, &address, sizeof local);
    is_unix_ = is_local_ = true;
    name_ = "unix:";
    name_.append(local.sun_path, ::strnlen(local.sun_path, sizeof local.sun_path));
    return;
  }
  is_local_ = is_loopback(address);
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    port_ = ntohs(v4.sin_port);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    name_ = std::string(text) + ":" + std::to_string(port_);
  } else {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    port_ = ntohs(v6.sin6_port);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    name_ = "[" + std::string(text) + "]:" + std::to_string(port_);
  }
}

std::vector<ListenSocket> listen_on(std::string_view address) {
  const auto bound = [&](int family, const void* where, socklen_t size) {
    ListenSocket made;
    made.descriptor_ = open_socket(family, address);
    const int on = 1;
    ::setsockopt(made.descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) {
      ::setsockopt(made.descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (::bind(made.descriptor_, static_cast<const sockaddr*>(where), size) != 0 ||
        ::listen(made.descriptor_, kBacklog) != 0) {
      fail(address);
    }
    made.describe();
    return made;
  };
  std::vector<ListenSocket> sockets;
  if (address.starts_with("unix:")) {
    const std::string path(address.substr(5));
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof local.sun_path) {
      throw Error(ErrorCode::kUsage, "--listen unix:PATH takes a path of 1 to " +
                                         std::to_string(sizeof local.sun_path - 1) + " bytes");
    }
    std::memcpy(local.sun_path, path.data(), path.size());
    remove_stale(local);
    const mode_t before = ::umask(0177);
    try {
      sockets.push_back(bound(AF_UNIX, &local, sizeof local));
    } catch (...) {
      ::umask(before);
      throw;
    }
    ::umask(before);
    sockets.back().file_ = path;
    return sockets;
  }
  const std::size_t colon = address.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : number_of(address.substr(colon + 1));
  const std::string host(address.substr(0, colon == std::string_view::npos ? 0 : colon));
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  const bool is_localhost = host == "localhost";
  const std::string_view name = is_localhost ? "127.0.0.1" : std::string_view(host);
  if (port && *port <= UINT16_MAX) {
    v4.sin_port = htons(static_cast<std::uint16_t>(*port));
    if (::inet_pton(AF_INET, std::string(name).c_str(), &v4.sin_addr) == 1) {
      sockets.push_back(bound(AF_INET, &v4, sizeof v4));
      if (!is_localhost) return sockets;
      v6.sin6_port = htons(sockets.front().port());
      v6.sin6_addr = in6addr_loopback;
      try {
        sockets.push_back(bound(AF_INET6, &v6, sizeof v6));
      } catch (const Error& error) {
        if (error.code() == ErrorCode::kBusy) throw;  // else there is no IPv6 here
      }
      return sockets;
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']' &&
        ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) == 1) {
      v6.sin6_port = htons(static_cast<std::uint16_t>(*port));
      sockets.push_back(bound(AF_INET6, &v6, sizeof v6));
      return sockets;
    }
  }
  throw Error(ErrorCode::kUsage,
              "--listen takes ADDRESS:PORT, as 127.0.0.1:7700 or [::1]:7700, localhost:PORT or "
              "unix:PATH, not '" +
                  printable(address) + "'");
}

std::vector<ListenSocket> inherited_sockets(std::string_view pid, std::string_view count) {
  std::vector<ListenSocket> sockets;
  if (number_of(pid) != static_cast<std::uint64_t>(::getpid())) return sockets;
  const std::uint64_t sockets_given = number_of(count).value_or(0);
  for (std::uint64_t i = 0; i < sockets_given; ++i) {
    sockets.emplace_back(kFirstInherited + static_cast<int>(i));
  }
  return sockets;
}

}  // namespace simdb::server
