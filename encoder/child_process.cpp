#include "encoder/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, int error) {
  if (error == ENOMEM) throw std::bad_alloc();
  throw Error(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "can't " + what + ": " + std::generic_category().message(error));
}

}  // namespace

// A file, above the standard ones, which are others in a child. Closed at the end.
class ChildProcess::Descriptor {
 public:
  explicit Descriptor(int any) : descriptor_(any) {
    if (any >= 0 && any <= STDERR_FILENO) {
      descriptor_ = ::fcntl(any, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      ::close(any);
    }
    if (descriptor_ < 0) fail("open a file for another process", errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(descriptor_); }

  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

namespace {

void write_all(int file, std::span<const std::byte> bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written =
        ::pwrite(file, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("hand bytes to another process", written < 0 ? errno : ENOSPC);
    at += static_cast<std::size_t>(written);
  }
}

fs::path found(const fs::path& program) {
  if (program.has_parent_path()) return program;
  std::error_code error;
  fs::path beside = program_folder() / program;
  return fs::exists(beside, error) ? beside : program;
}

pid_t spawn(const fs::path& program, std::vector<std::string> words, int input, int output) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // OpenBLAS never stops waiting for memory that its threads can't get.
  std::string calm = "OPENBLAS_NUM_THREADS=1";
  std::vector<char*> environment = {calm.data()};
  for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
    if (!std::string_view(*each).starts_with("OPENBLAS_NUM_THREADS=")) environment.push_back(*each);
  }
  environment.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // Ctrl-C is meant for who waits for the answer, and ends the child if it wants.
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&blocked, signal);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &blocked);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, program.c_str(), &files, &attributes, arguments.data(),
                                   environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    fail("start " + program.string() +
             " (it comes with simdb and belongs beside the program, or on PATH)",
         error);
  }
  return pid;
}

}  // namespace

ChildProcess::ChildProcess(const fs::path& program, std::vector<std::string> arguments,
                           std::span<const std::byte> input) {
  const Descriptor file(::memfd_create("input", MFD_CLOEXEC));  // no path leads to it
  write_all(file.get(), input);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("open a pipe from another process", errno);
  const Descriptor to(ends[1]);
  output_ = std::make_unique<Descriptor>(ends[0]);
  const fs::path path = found(program);
  arguments.insert(arguments.begin(), path.string());
  pid_ = spawn(path, std::move(arguments), file.get(), to.get());
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) kill();
}

std::optional<std::size_t> ChildProcess::read(std::span<std::byte> to) {
  constexpr int kMilliseconds = 50;
  pollfd ready{output_->get(), POLLIN, 0};
  if (::poll(&ready, 1, kMilliseconds) <= 0) return std::nullopt;
  const ssize_t got = ::read(output_->get(), to.data(), to.size());
  if (got < 0 && errno == EINTR) return std::nullopt;
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

double ChildProcess::cpu_seconds() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void ChildProcess::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

ChildProcess::End ChildProcess::wait() {
  constexpr int kMostMilliseconds = 2000;
  const pid_t pid = std::exchange(pid_, -1);
  int status = 0;
  pid_t ended = 0;
  for (int waited = 0; ended == 0 || (ended < 0 && errno == EINTR); ++waited) {
    if (waited > 0) ::usleep(1000);
    if (waited == kMostMilliseconds) ::kill(pid, SIGKILL);
    ended = ::waitpid(pid, &status, waited < kMostMilliseconds ? WNOHANG : 0);
  }
  if (ended != pid) return {};
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status)};
}

}  // namespace simdb
