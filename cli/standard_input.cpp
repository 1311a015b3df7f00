#include "cli/standard_input.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/interrupt.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr int kLookEveryMs = 100;  // whether a signal came

}  // namespace

std::streamsize StandardInput::read(char* to, std::size_t size) {
  for (;;) {
    InterruptGuard::check();
    pollfd ready = {STDIN_FILENO, POLLIN, 0};
    if (::poll(&ready, 1, kLookEveryMs) <= 0) continue;
    const ssize_t count = ::read(STDIN_FILENO, to, size);
    if (count >= 0) return count;
    if (errno == EBADF) return 0;
    if (errno != EINTR && errno != EAGAIN) {
      throw Error(ErrorCode::kIo,
                  "can't read standard input: " + std::generic_category().message(errno));
    }
  }
}

StandardInput::int_type StandardInput::underflow() {
  if (gptr() == egptr()) {
    const std::streamsize count = read(buffer_.data(), buffer_.size());
    setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
  }
  return gptr() == egptr() ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

std::streamsize StandardInput::xsgetn(char* to, std::streamsize count) {
  std::streamsize done = 0;
  while (done < count && underflow() != traits_type::eof()) {
    const std::streamsize piece = std::min<std::streamsize>(count - done, egptr() - gptr());
    std::memcpy(to + done, gptr(), static_cast<std::size_t>(piece));
    gbump(static_cast<int>(piece));
    done += piece;
  }
  return done;
}

}  // namespace simdb::cli
