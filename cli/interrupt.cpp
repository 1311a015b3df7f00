#include "cli/interrupt.h"

#include <atomic>

namespace simdb::cli {
namespace {

// The signal that came first; 0 if none did. A signal handler can reach nothing but a global.
std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int signal) {
  int none = 0;
  g_signal.compare_exchange_strong(none, signal);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_signal = 0;
  struct sigaction note = {};
  note.sa_handler = note_signal;
  note.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &note, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &before_[i], nullptr);
  }
}

bool InterruptGuard::requested() noexcept { return g_signal != 0; }

void InterruptGuard::check() {
  if (const int signal = g_signal; signal != 0) throw Interrupted{signal};
}

}  // namespace simdb::cli
