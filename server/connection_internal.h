#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/http_server.h"

namespace simdb::server {

/// A client's socket, each wait on which has its time. Belongs to the thread of its io_context.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  /// Takes `descriptor` over; `limits` must outlive it.
  Connection(boost::asio::io_context& io, const HttpLimits& limits, const ListenSocket& from,
             int descriptor);

  /// By which clients reach it; 80 for a Unix socket, since what stands before that says no other.
  std::uint16_t port() const noexcept { return port_; }
  /// What was read and not yet taken.
  std::string& input() noexcept { return input_; }
  /// Waits for a request of which nothing has come yet.
  bool is_idle() const noexcept { return is_idle_; }
  /// Whether the last wait was cut short, by its time or by end_waiting(). Forgets it.
  bool take_late() noexcept { return std::exchange(is_late_, false); }

  /// The next request may take its time: idle_time if nothing of it is there, head_time from its
  /// first byte on.
  void expect_head();
  /// Reads some more of a head; false if the other side has closed or its time is over.
  Awaitable<bool> read_more();
  void head_is_complete();
  /// Reads a body of this length; false as read_more().
  Awaitable<bool> read_body(std::string& body, std::uint64_t length);
  /// Writes both; false if the other side does not take them.
  Awaitable<bool> write(std::string_view head, std::string_view body);
  /// Lets the other side read what was written before it learns that nobody reads what it sends.
  Awaitable<void> close();

  /// Ends the wait of a connection whose time is over.
  void check_time(Clock::time_point now);
  void end_waiting();

 private:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Socket socket_;
  const HttpLimits& limits_;
  const std::uint16_t port_;
  std::string input_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool is_idle_ = true;
  bool is_late_ = false;
};

/// Keeps a handler of a coroutine, which dies with it on the thread of `loop`, whatever thread lets
/// go of it last.
template <typename Loop, typename Handler>
std::shared_ptr<Handler> kept_for(std::weak_ptr<Loop> loop, Handler handler) {
  return std::shared_ptr<Handler>(
      new Handler(std::move(handler)), [loop = std::move(loop)](Handler* given) {
        std::unique_ptr<Handler> owned(given);
        if (const auto self = loop.lock()) {
          boost::asio::dispatch(self->io, [owned = std::move(owned)] {});
        }
      });
}

}  // namespace simdb::server
