#include "cli/output_wait.h"

#include <poll.h>
#include <unistd.h>

#include <climits>

namespace simdb::cli {
namespace {

static_assert(kOutputPiece <= PIPE_BUF);

short poll_output(short events, std::chrono::milliseconds timeout) {
  pollfd output{STDOUT_FILENO, events, 0};
  // On a signal nothing is known; whoever waits asks again.
  return ::poll(&output, 1, static_cast<int>(timeout.count())) > 0 ? output.revents : short{0};
}

}  // namespace

OutputState wait_for_output(std::chrono::milliseconds timeout) {
  const short seen = poll_output(POLLOUT, timeout);
  if ((seen & POLLERR) != 0) return OutputState::kGone;
  return seen != 0 ? OutputState::kReady : OutputState::kFull;
}

bool output_goes_within(std::chrono::milliseconds timeout) {
  return (poll_output(0, timeout) & POLLERR) != 0;
}

}  // namespace simdb::cli
