#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace simdb::test {

/// A child process (posix_spawn: a fork after RocksDB was opened would deadlock) with its stdin and
/// stdout on pipes. Killed and reaped at the end of its life. Thread-compatible.
class Process {
 public:
  /// Throws std::system_error if the program can't be started.
  explicit Process(const std::vector<std::string>& command);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const noexcept { return pid_; }
  /// The next line of its output without the newline; nothing at the end of the output or after
  /// `timeout`.
  std::optional<std::string> read_line(std::chrono::milliseconds timeout);
  /// The output has ended; after read_line gave nothing, false means that time ran out.
  bool output_ended() const noexcept { return ended_; }
  /// Whole lines that are there or come before the process has ended.
  std::vector<std::string> read_rest();
  /// Throws std::system_error if it no longer reads.
  void write_line(const std::string& line);
  void close_input();
  /// kill -9; returns after the process is gone.
  void kill();
  /// Waits for the end and returns the exit status; -1 after a signal.
  int wait();

 private:
  bool fill(int timeout_ms);

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace simdb::test
