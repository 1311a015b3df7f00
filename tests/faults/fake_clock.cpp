// Loaded into a program by LD_PRELOAD, it shifts the time of day by SIMDB_FAKE_CLOCK_SECONDS.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  const char* shift = std::getenv("SIMDB_FAKE_CLOCK_SECONDS");
  if (result == 0 && shift != nullptr &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += std::strtol(shift, nullptr, 10);
  }
  return static_cast<int>(result);
}
