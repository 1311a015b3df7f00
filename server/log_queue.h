#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace simdb::server {

/// Writes lines by a thread of its own, so that who logs never waits for who reads the log. While
/// that is too slow lines are left out, and then counted in a line. Thread-safe.
class LogQueue {
 public:
  /// `write` gets whole lines, one or many; it may block.
  explicit LogQueue(std::function<void(std::string_view lines)> write,
                    std::size_t max_bytes = std::size_t{1} << 20);
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;
  /// Writes what waits.
  ~LogQueue();

  /// `line` is without its end.
  void put(std::string_view line);

 private:
  void run();

  const std::function<void(std::string_view)> write_;
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable has_lines_;
  std::string waiting_;
  std::size_t left_out_ = 0;
  bool is_ending_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace simdb::server
