#include "encoder/child_limits.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>
#include <vector>

namespace simdb {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

// What `work`, in a process of its own, returns: 0 to 255; or the signal that ended it, less 1000.
int in_a_child(const std::function<int()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    int code = 0;
    try {
      code = work();
    } catch (...) {
      code = 255;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) - 1000 : WEXITSTATUS(status);
}

bool can_map(std::size_t bytes) {
  void* const at = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at != MAP_FAILED) ::munmap(at, bytes);
  return at != MAP_FAILED;
}

TEST(ChildLimitsTest, BoundMemory) {
  if (kIsSanitized) GTEST_SKIP() << "a sanitizer limits memory itself";
  EXPECT_EQ(in_a_child([] {
              limit_child(100 << 20, 10);
              return can_map(90 << 20) && !can_map(110 << 20) ? 1 : 2;
            }),
            1);
}

TEST(ChildLimitsTest, BoundTime) {
  EXPECT_EQ(in_a_child([] {
              limit_child(100 << 20, 1);
              while (::getpid() > 0) {
              }
              return 1;
            }),
            SIGXCPU - 1000);
}

TEST(ChildLimitsTest, RefuseCallsThatADecoderDoesNotNeed) {
  if (kIsSanitized) GTEST_SKIP() << "a sanitizer needs more calls";
#if !defined(__x86_64__) && !defined(__aarch64__)
  GTEST_SKIP() << "calls are not filtered here";
#endif
  const auto refused = [](const std::function<long()>& call) {
    return in_a_child([&] {
      forbid_system_calls();
      return call() < 0 ? errno : 0;
    });
  };
  EXPECT_EQ(refused([] { return ::open("/etc/passwd", O_RDONLY); }), EPERM);
  EXPECT_EQ(refused([] { return ::socket(AF_INET, SOCK_STREAM, 0); }), EPERM);
  EXPECT_EQ(refused([] { return ::fork(); }), EPERM);
  EXPECT_EQ(refused([] { return ::kill(::getppid(), 0); }), EPERM);
  EXPECT_EQ(refused([] { return ::execl("/bin/true", "true", nullptr); }), EPERM);
  EXPECT_EQ(refused([] { return ::unlink("/tmp/simdb_no_such_file"); }), EPERM);
}

TEST(ChildLimitsTest, LetItComputeInThreadsAndTellItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(in_a_child([&] {
              ::dup2(ends[1], STDOUT_FILENO);
              limit_child(500 << 20, 10);
              forbid_system_calls();
              std::vector<std::byte> said;
              std::thread([&] { said.assign(50'000, std::byte{7}); }).join();
              return tell_parent(said) ? 1 : 2;
            }),
            1);
  ::close(ends[1]);
  std::vector<std::byte> heard(60'000);
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = ::read(ends[0], heard.data() + size, heard.size() - size);
    ASSERT_GE(got, 0);
  }
  ::close(ends[0]);
  EXPECT_EQ(size, 50'000U);
}

TEST(ChildLimitsTest, TellThatNobodyListens) {
  EXPECT_EQ(in_a_child([] {
              ::signal(SIGPIPE, SIG_IGN);
              int ends[2];
              if (::pipe(ends) != 0) return 9;
              ::dup2(ends[1], STDOUT_FILENO);
              ::close(ends[0]);
              return tell_parent(std::vector<std::byte>(10)) ? 1 : 2;
            }),
            2);
}

}  // namespace
}  // namespace simdb
