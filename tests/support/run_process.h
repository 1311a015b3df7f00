#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace simdb::test {

struct ProcessResult {
  int code =
      0;  ///< exit code; 128 + signal if a signal ended it; -1 if it ran out of time and was killed
  std::string out;
  std::string err;
  double cpu_seconds = 0;               ///< of all its threads, in user and kernel mode
  std::uint64_t peak_memory_bytes = 0;  ///< most that was resident at once
};

struct ProcessOptions {
  std::string input = {};                               ///< standard input
  std::filesystem::path folder = {};                    ///< working folder; empty = this one
  std::map<std::string, std::string> environment = {};  ///< beside what this process has
  std::chrono::seconds timeout{60};
  std::string out_file = {};  ///< where stdout goes instead of ProcessResult::out
  /// Sent to the process after this time, if it has not ended by then; 0 = none.
  int signal = 0;
  std::chrono::microseconds signal_after{0};
};

/// Runs a program to its end. Uses posix_spawn, never a fork of a process with threads. Whatever
/// this process ignores, the program starts with the usual actions of SIGINT, SIGTERM, SIGHUP and
/// SIGPIPE.
ProcessResult run_process(const std::vector<std::string>& command,
                          const ProcessOptions& options = {});

}  // namespace simdb::test
