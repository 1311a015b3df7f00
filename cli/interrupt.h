#pragma once

namespace simdb::cli {

/// 128 + SIGINT, as shells expect.
inline constexpr int kInterruptedExitCode = 130;

/// Thrown by a command that stopped in good order after Ctrl-C.
struct Interrupted {};

/// While one lives, SIGINT and SIGTERM no longer end the process: they make requested() true, and
/// the command stops after the batch at hand. A second signal ends the process as usual. At most
/// one at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  static bool requested() noexcept;
};

}  // namespace simdb::cli
