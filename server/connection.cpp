#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "server/connection_internal.h"

namespace simdb::server {
namespace net = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 16'384;
constexpr std::size_t kWriteBytes = 256UL << 10;  // that have write_time
constexpr std::uint64_t kBodyBytesPerSecond = 64UL << 10;
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytes = 1UL << 20;

auto with(boost::system::error_code& error) {
  return net::redirect_error(net::use_awaitable, error);
}

}  // namespace

Connection::Connection(net::io_context& io, const HttpLimits& limits, const ListenSocket& from,
                       int descriptor)
    : socket_(io, net::generic::stream_protocol(from.is_unix() ? AF_UNIX : AF_INET, 0), descriptor),
      limits_(limits),
      port_(from.is_unix() ? 80 : from.port()) {
  if (from.is_unix()) return;
  // An answer does not wait until the one before was acknowledged.
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void Connection::expect_head() {
  is_idle_ = input_.empty();
  is_late_ = false;
  deadline_ = Clock::now() + (is_idle_ ? limits_.idle_time : limits_.head_time);
}

net::awaitable<bool> Connection::read_more() {
  std::array<char, kReadBytes> bytes;
  boost::system::error_code error;
  const std::size_t size = co_await socket_.async_read_some(net::buffer(bytes), with(error));
  input_.append(bytes.data(), size);
  if (is_idle_ && size > 0) expect_head();
  co_return !error && !is_late_;
}

void Connection::head_is_complete() {
  is_idle_ = false;
  deadline_ = Clock::time_point::max();
}

net::awaitable<bool> Connection::read_body(std::string& body, std::uint64_t length) {
  deadline_ = Clock::now() + limits_.body_time + std::chrono::seconds(length / kBodyBytesPerSecond);
  const std::size_t here = std::min<std::uint64_t>(length, input_.size());
  body.assign(input_, 0, here);
  input_.erase(0, here);
  while (body.size() < length) {
    // Grows with what has come, not with what was announced.
    const std::size_t begin = body.size();
    body.resize(std::min<std::uint64_t>(length, begin + std::max(begin, kReadBytes)));
    boost::system::error_code error;
    const std::size_t size = co_await socket_.async_read_some(
        net::buffer(body.data() + begin, body.size() - begin), with(error));
    body.resize(begin + size);
    if (error || is_late_) co_return false;
  }
  deadline_ = Clock::time_point::max();
  co_return true;
}

net::awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
  boost::system::error_code error;
  deadline_ = Clock::now() + limits_.write_time;
  const std::string_view first = body.substr(0, kWriteBytes);
  const std::array buffers{net::buffer(head), net::buffer(first)};
  co_await net::async_write(socket_, buffers, with(error));
  for (std::size_t at = first.size(); at < body.size() && !error; at += kWriteBytes) {
    deadline_ = Clock::now() + limits_.write_time;
    co_await net::async_write(socket_, net::buffer(body.substr(at, kWriteBytes)), with(error));
  }
  deadline_ = Clock::time_point::max();
  co_return !error;
}

net::awaitable<void> Connection::close() {
  boost::system::error_code error;
  if (socket_.shutdown(Socket::shutdown_send, error)) co_return;
  deadline_ = Clock::now() + kLinger;
  is_late_ = false;
  std::array<char, kReadBytes> bytes;
  for (std::size_t total = 0; !error && !is_late_ && total < kLingerBytes;) {
    total += co_await socket_.async_read_some(net::buffer(bytes), with(error));
  }
}

void Connection::check_time(Clock::time_point now) {
  if (now >= deadline_) end_waiting();
}

void Connection::end_waiting() {
  is_late_ = true;
  boost::system::error_code ignored;
  if (socket_.cancel(ignored)) return;
}

}  // namespace simdb::server
