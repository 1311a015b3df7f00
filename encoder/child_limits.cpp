#include "encoder/child_limits.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <new>

#include "simdb/error.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// A sanitizer reserves more addresses than any limit allows, so it has to limit memory itself.
extern "C" const char* __asan_default_options() { return "hard_rss_limit_mb=1536"; }
extern "C" const char* __tsan_default_options() { return "hard_rss_limit_mb=1536"; }
constexpr bool kLimitsAddresses = false;
#else
constexpr bool kLimitsAddresses = true;
#endif

namespace simdb {
namespace {

void limit(int what, std::uint64_t soft, std::uint64_t hard) {
  const rlimit both{soft, hard};
  if (::setrlimit(what, &both) != 0) throw Error(ErrorCode::kIo, "can't limit this process");
}

}  // namespace

std::span<const std::byte> map_input() {
  struct stat facts{};
  if (::fstat(STDIN_FILENO, &facts) != 0 || facts.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(facts.st_size);
  const void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return {static_cast<const std::byte*>(at), size};
}

void limit_child(std::uint64_t memory, std::uint64_t cpu_seconds) {
  std::uint64_t pages = 0;  // that the program, its libraries and its input take
  std::ifstream("/proc/self/statm") >> pages;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_CPU, cpu_seconds,
        cpu_seconds + 1);  // the first tells why, the second can't be ignored
  if (kLimitsAddresses) limit(RLIMIT_AS, pages * page + memory, pages * page + memory);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

bool tell_parent(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace simdb
