#include "encoder/child_limits.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <new>
#include <vector>

#include "simdb/error.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// A sanitizer reserves more addresses than any limit allows, so it has to limit memory itself.
extern "C" const char* __asan_default_options() { return "hard_rss_limit_mb=1536"; }
extern "C" const char* __tsan_default_options() { return "hard_rss_limit_mb=1536"; }
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

namespace simdb {
namespace {

void limit(int what, std::uint64_t soft, std::uint64_t hard) {
  const rlimit both{soft, hard};
  if (::setrlimit(what, &both) != 0) throw Error(ErrorCode::kIo, "can't limit this process");
}

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

constexpr long kAllowedCalls[] = {SYS_read,
                                  SYS_write,
                                  SYS_mmap,
                                  SYS_munmap,
                                  SYS_mremap,
                                  SYS_mprotect,
                                  SYS_madvise,
                                  SYS_brk,
                                  SYS_futex,
                                  SYS_exit,
                                  SYS_exit_group,
                                  SYS_rt_sigaction,
                                  SYS_rt_sigreturn,
                                  SYS_rt_sigprocmask,
                                  SYS_sched_yield,
                                  SYS_clock_gettime,
                                  SYS_clock_nanosleep,
                                  SYS_gettid,
                                  SYS_getpid,
                                  SYS_getrandom,
                                  SYS_set_robust_list,
                                  SYS_rseq,
                                  SYS_sched_getaffinity,
                                  SYS_sysinfo};

sock_filter load(std::size_t place) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(place));
}
sock_filter answer(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
// Skips so many instructions unless what is loaded passes the test.
sock_filter unless(std::uint16_t test, std::uint64_t value, std::uint8_t skipped) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | BPF_K | test),
                  static_cast<std::uint32_t>(value), 0, skipped);
}

// What the kernel runs before each call.
std::vector<sock_filter> call_filter() {
  const sock_filter allow = answer(SECCOMP_RET_ALLOW);
  const sock_filter refuse = answer(SECCOMP_RET_ERRNO | EPERM);
  // Another architecture's calls have other numbers.
  std::vector<sock_filter> filter = {load(offsetof(seccomp_data, arch)),
                                     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
                                     refuse, load(offsetof(seccomp_data, nr))};
  for (const long call : kAllowedCalls) {
    filter.push_back(unless(BPF_JEQ, static_cast<std::uint64_t>(call), 1));
    filter.push_back(allow);
  }
  // A thread, but no process. glibc calls clone where there is no clone3, whose flags lie in
  // memory.
  filter.insert(filter.end(), {unless(BPF_JEQ, SYS_clone3, 1), answer(SECCOMP_RET_ERRNO | ENOSYS),
                               unless(BPF_JEQ, SYS_clone, 3), load(offsetof(seccomp_data, args)),
                               unless(BPF_JSET, CLONE_THREAD, 1), allow, refuse});
  return filter;
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
  if (!kIsSanitized) limit(RLIMIT_AS, pages * page + memory, pages * page + memory);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void forbid_system_calls() {
  if (kIsSanitized || kArchitecture == 0) return;
  std::vector<sock_filter> filter = call_filter();
  const sock_fprog program{static_cast<std::uint16_t>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
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
