#pragma once

#include <array>
#include <csignal>

namespace simdb::cli {

/// After Ctrl-C: 128 + SIGINT, as shells expect.
inline constexpr int kInterruptedExitCode = 128 + SIGINT;

/// Thrown by a command that stopped in good order after a signal.
struct Interrupted {
  int signal = SIGINT;
  int exit_code() const noexcept { return 128 + signal; }
};

/// While one lives, SIGINT, SIGTERM and SIGHUP no longer end the process: they make requested()
/// true, and the command stops in good order. The same signal again ends the process as usual. A
/// signal that is ignored, as nohup and shells in the background want it, stays so. At most one at
/// a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  static bool requested() noexcept;
  /// Throws Interrupted if requested().
  static void check();

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace simdb::cli
