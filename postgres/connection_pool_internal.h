#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/connection_internal.h"

namespace simdb::postgres {

/// Connections to one database, as many as are asked for at a time; a few stay for the next.
/// Thread-safe.
class ConnectionPool {
 public:
  /// `prepare` makes a new connection ready. What is transient is tried again for `retry_for`.
  ConnectionPool(std::string address, std::function<void(Connection&)> prepare,
                 std::chrono::milliseconds retry_for)
      : address_(std::move(address)), prepare_(std::move(prepare)), retry_for_(retry_for) {}

  /// Calls read(connection) and returns what it does. May call it again, with another connection,
  /// if it throws what is transient: it must not change anything outside then.
  template <typename Read>
  auto read(Read&& read) {
    return again_if_transient([&] {
      const Lease lease(*this);
      return read(*lease);
    });
  }
  /// The same where all statements see one state.
  template <typename Read>
  auto read_state(Read&& read) {
    return this->read([&](Connection& connection) {
      connection.begin_snapshot();
      auto result = read(connection);
      connection.end_snapshot();
      return result;
    });
  }

  /// Calls attempt() until it does not throw what is transient, with pauses that grow.
  template <typename Attempt>
  auto again_if_transient(Attempt&& attempt) {
    const auto end = std::chrono::steady_clock::now() + retry_for_;
    for (std::chrono::milliseconds pause{1};; pause = std::min(2 * pause, kLongestPause)) {
      try {
        return attempt();
      } catch (const ServerError& error) {
        if (!error.is_transient() || std::chrono::steady_clock::now() + pause > end) throw;
        if (error.is_lost()) forget_idle();  // most likely all of them are
      }
      std::this_thread::sleep_for(pause);
    }
  }

  /// Takes over one that is ready, or takes back one that was lent.
  void give_back(std::unique_ptr<Connection> connection) noexcept;

  /// A connection on loan.
  class Lease {
   public:
    explicit Lease(ConnectionPool& pool) : pool_(pool), connection_(pool.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Connection& operator*() const { return *connection_; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

 private:
  static constexpr std::chrono::milliseconds kLongestPause{250};
  static constexpr std::size_t kMostIdle = 8;

  std::unique_ptr<Connection> take();
  void forget_idle();

  const std::string address_;
  const std::function<void(Connection&)> prepare_;
  const std::chrono::milliseconds retry_for_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace simdb::postgres
