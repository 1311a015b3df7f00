#include "tests/postgres/dropping_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace simdb::test {
namespace {

constexpr int kPollMs = 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

}  // namespace

DroppingProxy::DroppingProxy(int server_port) : server_port_(server_port), listener_(new_socket()) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

DroppingProxy::~DroppingProxy() {
  stop_ = true;
  acceptor_.join();
  threads_.clear();
  ::close(listener_);
}

void DroppingProxy::drop_at(std::size_t message, Drop how) {
  left_ = message;
  how_ = how;
}

void DroppingProxy::accept_all() {
  while (!stop_) {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, kPollMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([this, client] { pass_on(client); });
  }
}

void DroppingProxy::pass_on(int client) {
  const int server = new_socket();
  const sockaddr_in address = loopback(server_port_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    while (!stop_) {
      std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
      if (::poll(ends.data(), ends.size(), kPollMs) <= 0) continue;
      if (ends[0].revents != 0 && !forward(client, server, true)) break;
      if (ends[1].revents != 0 && !forward(server, client, false)) break;
    }
  }
  ::close(client);
  ::close(server);
}

bool DroppingProxy::forward(int from, int to, bool is_from_program) {
  std::array<char, 65536> bytes;
  const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  Drop drop = Drop::kNever;
  if (is_from_program && how_ != Drop::kNever && left_-- == 0) {
    drop = how_.exchange(Drop::kNever);
  }
  if (drop == Drop::kBefore) return false;
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t more =
        ::send(to, bytes.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return drop == Drop::kNever;
}

}  // namespace simdb::test
