#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace simdb::test {

/// Passes on what comes from a program to a server on this machine, and back, and cuts the
/// connection when it is told to. Thread-safe.
class DroppingProxy {
 public:
  enum class Drop {
    kNever,
    kBefore,  ///< the server does not get it
    kAfter,   ///< the server gets it, the program no answer
  };

  explicit DroppingProxy(int server_port);
  DroppingProxy(const DroppingProxy&) = delete;
  DroppingProxy& operator=(const DroppingProxy&) = delete;
  ~DroppingProxy();

  int port() const noexcept { return port_; }
  /// Cuts the connection over which message number `message` from now on comes from the program,
  /// once.
  void drop_at(std::size_t message, Drop how);
  /// Whether that has happened.
  bool has_dropped() const noexcept { return how_ == Drop::kNever; }

 private:
  void accept_all();
  void pass_on(int client);
  bool forward(int from, int to, bool is_from_program);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> left_ = 0;  // messages until the drop
  std::atomic<Drop> how_ = Drop::kNever;
  std::mutex mutex_;  // guards threads_
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace simdb::test
