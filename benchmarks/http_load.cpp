#include "benchmarks/http_load.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "simdb/error.h"

namespace simdb::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Peer {
  int descriptor = -1;
  std::string input;
  Clock::time_point due;
  bool waits = false;
};

int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 ||
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw Error(ErrorCode::kIo, "can't connect to the server");
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

// The size of the first whole answer in `text`; 0 if there is none yet.
std::size_t answer_size(const std::string& text, std::size_t& head_size) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  head_size = end + 4;
  const std::size_t field = text.find("Content-Length: ");
  if (field > end) throw Error(ErrorCode::kIo, "an answer without Content-Length");
  std::size_t length = 0;
  std::from_chars(text.data() + field + 16, text.data() + end, length);
  return text.size() < head_size + length ? 0 : head_size + length;
}

}  // namespace

LoadResult load(const std::vector<std::string>& requests, const LoadOptions& options) {
  std::vector<Peer> peers(options.connections);
  for (Peer& peer : peers) peer.descriptor = connect_to(options.port);
  std::size_t next = 0;
  std::vector<double> times;
  LoadResult result;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds));
  const auto due_of = [&](std::size_t i) {
    return options.rate > 0
               ? begin + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>(static_cast<double>(i) / options.rate))
               : Clock::now();
  };
  const auto send = [&](Peer& peer) {
    const std::string& request = requests[next % requests.size()];
    peer.due = due_of(next++);
    peer.waits = true;
    if (::send(peer.descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw Error(ErrorCode::kIo, "the server takes no request");
    }
  };
  std::vector<pollfd> polled;
  for (const Peer& peer : peers) polled.push_back({peer.descriptor, POLLIN, 0});
  std::size_t waiting = 0;
  while (Clock::now() < end || waiting > 0) {
    for (Peer& peer : peers) {
      if (peer.waits || Clock::now() >= end) continue;
      if (options.rate > 0 && due_of(next) > Clock::now()) break;
      send(peer);
      ++waiting;
    }
    // Sleeps until an answer comes or the next request is due: a client that spins takes a core.
    const auto pause = std::chrono::duration_cast<std::chrono::nanoseconds>(
        options.rate > 0 && waiting < peers.size() ? due_of(next) - Clock::now()
                                                   : std::chrono::milliseconds(100));
    const timespec timeout{0, std::clamp<long>(pause.count(), 0, 100'000'000)};
    ::ppoll(polled.data(), polled.size(), &timeout, nullptr);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Peer& peer = peers[i];
      char bytes[65'536];
      const ssize_t size = ::recv(peer.descriptor, bytes, sizeof bytes, 0);
      if (size <= 0) throw Error(ErrorCode::kIo, "the server closed a connection");
      peer.input.append(bytes, static_cast<std::size_t>(size));
      std::size_t head = 0;
      const std::size_t whole = answer_size(peer.input, head);
      if (whole == 0) continue;
      if (peer.input.compare(0, 10, "HTTP/1.1 2") != 0) {
        throw Error(ErrorCode::kIo, "the server answered " + peer.input);
      }
      times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - peer.due).count());
      result.last_body = peer.input.substr(head, whole - head);
      peer.input.erase(0, whole);
      peer.waits = false;
      --waiting;
    }
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  for (const Peer& peer : peers) ::close(peer.descriptor);
  std::ranges::sort(times);
  result.per_second = static_cast<double>(times.size()) / took;
  if (!times.empty()) {
    result.median_us = times[times.size() / 2];
    result.p99_us = times[times.size() * 99 / 100];
  }
  return result;
}

std::string post(const std::string& target, const std::string& type, const std::string& token,
                 const std::string& body, std::uint16_t port) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nContent-Type: "
      "{}\r\nContent-Length: {}\r\n\r\n{}",
      target, port, token, type, body.size(), body);
}

}  // namespace simdb::bench
