#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace simdb {

/// A program of simdb's own that works, in a process that it may harm, on bytes that may be
/// hostile. They are a file in memory, its standard input; what it says comes through a pipe; its
/// standard error goes nowhere. What it may take it limits itself: see child_limits.h. The thread
/// that starts it has to live as long as it, and the end of this object ends it. Of one thread.
class ChildProcess {
 public:
  /// `program` with a folder is taken as it is; else the one beside the running program, or on
  /// PATH. Throws Error(kNotFound) if there is no such program, Error(kIo) if the system does not
  /// start it; std::bad_alloc.
  ChildProcess(const std::filesystem::path& program, std::vector<std::string> arguments,
               std::span<const std::byte> input);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// What it says, as it comes: at least one byte, 0 bytes at the end, nothing if it is silent for
  /// a twentieth of a second.
  std::optional<std::size_t> read(std::span<std::byte> to);
  /// That all its threads have computed; 0 where the system does not tell.
  double cpu_seconds() const;
  void kill();

  /// How it ended, if the system tells: a host that ignores SIGCHLD keeps us from knowing.
  struct End {
    int signal = 0;  ///< 0: none ended it
    int code = 0;    ///< that it exited with
  };
  /// Waits for its end, which is due now: it is killed where it takes two seconds more.
  End wait();

 private:
  class Descriptor;

  std::unique_ptr<Descriptor> output_;
  pid_t pid_ = -1;
};

}  // namespace simdb
