#include "cli/interrupt.h"

#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

TEST(InterruptGuard, NotesTheFirstSignal) {
  const InterruptGuard guard;
  EXPECT_FALSE(InterruptGuard::requested());
  EXPECT_NO_THROW(InterruptGuard::check());
  std::raise(SIGTERM);
  std::raise(SIGINT);
  EXPECT_TRUE(InterruptGuard::requested());
  try {
    InterruptGuard::check();
    FAIL() << "nothing was thrown";
  } catch (const Interrupted& interrupted) {
    EXPECT_EQ(interrupted.exit_code(), 143);
  }
}

TEST(InterruptGuard, TheSameSignalAgainEndsTheProcess) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(
        {
          const InterruptGuard guard;
          std::raise(signal);
          std::raise(signal);
        },
        testing::KilledBySignal(signal), "");
  }
}

TEST(InterruptGuard, LeavesWhatIsIgnoredAlone) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptGuard guard;
    std::raise(SIGHUP);
    EXPECT_FALSE(InterruptGuard::requested());
  }
  EXPECT_EQ(std::signal(SIGHUP, SIG_DFL), SIG_IGN);
}

TEST(InterruptGuard, PutsBackWhatWasThere) {
  {
    const InterruptGuard guard;
  }
  EXPECT_EXIT(std::raise(SIGINT), testing::KilledBySignal(SIGINT), "");
  const InterruptGuard guard;
  EXPECT_FALSE(InterruptGuard::requested()) << "an old signal is no request";
}

}  // namespace
}  // namespace simdb::cli
