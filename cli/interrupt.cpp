#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace simdb::cli {
namespace {

// A signal handler can reach nothing but a global.
std::atomic<bool> g_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void note_signal(int signal) {
  g_requested = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_requested = false;
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::requested() noexcept { return g_requested; }

}  // namespace simdb::cli
