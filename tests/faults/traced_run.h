#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/run_process.h"

namespace simdb::test {

/// A program's run as strace saw it.
struct TracedRun {
  ProcessResult result;
  /// Paths that it opened for writing, made, renamed or removed, as it named them, with \NNN and
  /// the like for bytes that are not printable ASCII. /dev/null and the names of its threads
  /// (/proc/self/task) are left out.
  std::vector<std::string> touched;
};

/// Nothing where strace is not installed or may not trace.
std::optional<TracedRun> run_traced(std::vector<std::string> command,
                                    const ProcessOptions& options);

}  // namespace simdb::test
