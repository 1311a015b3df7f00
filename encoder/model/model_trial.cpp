#include "simdb/model_trial.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/file_io.h"
#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/trial_report_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kProgram = "simdb-try-model";

[[noreturn]] void fail(const std::string& what, int error) {
  if (error == ENOMEM) throw std::bad_alloc();
  throw Error(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "can't " + what + ": " + std::generic_category().message(error));
}

// Above the standard files, which are others in the child.
class Descriptor {
 public:
  explicit Descriptor(int any) : descriptor_(any < 0 ? any : ::fcntl(any, F_DUPFD_CLOEXEC, 3)) {
    const int error = errno;
    if (any >= 0) ::close(any);
    if (descriptor_ < 0) fail("open a file for the trial of a model", error);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const noexcept { return descriptor_; }
  void close() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

void write_all(const Descriptor& file, std::span<const std::byte> model) {
  for (std::size_t at = 0; at < model.size();) {
    const ssize_t written =
        ::pwrite(file.get(), model.data() + at, model.size() - at, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("hand a model to its trial", written < 0 ? errno : ENOSPC);
    at += static_cast<std::size_t>(written);
  }
}

class Child {
 public:
  Child(const fs::path& program, std::vector<std::string> words, int input, int output) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    // OpenBLAS never stops waiting for memory that its threads can't get.
    std::string calm = "OPENBLAS_NUM_THREADS=1";
    std::vector<char*> environment = {calm.data()};
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
      if (!std::string_view(*each).starts_with("OPENBLAS_NUM_THREADS="))
        environment.push_back(*each);
    }
    environment.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = ::posix_spawnp(&pid_, program.c_str(), &files, nullptr, arguments.data(),
                                     environment.data());
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
      fail("start " + program.string() +
               ", which tries out models (it comes with simdb and belongs beside the program, or "
               "on PATH)",
           error);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (is_running_) kill();
  }

  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// The signal that ended it; 0 if none did, or a host that ignores SIGCHLD keeps us from knowing.
  int wait() {
    is_running_ = false;
    int status = 0;
    pid_t ended = -1;
    do {
      ended = ::waitpid(pid_, &status, 0);
    } while (ended < 0 && errno == EINTR);
    return ended == pid_ && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_ = -1;
  bool is_running_ = true;
};

// What the child says until it ends; cut where the time is over.
struct Answer {
  std::string text;
  bool in_time = true;
};

Answer listen(int pipe, const TrialOptions& options) {
  constexpr int kMilliseconds = 50;
  constexpr std::size_t kMostText = 1 << 16;
  const Clock::time_point end = Clock::now() + options.wall;
  Answer answer;
  std::array<char, 4096> block{};
  while (true) {
    if (options.check) options.check();
    if (Clock::now() > end) {
      answer.in_time = false;
      break;
    }
    pollfd ready{pipe, POLLIN, 0};
    if (::poll(&ready, 1, kMilliseconds) <= 0) continue;
    const ssize_t got = ::read(pipe, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (answer.text.size() < kMostText)
      answer.text.append(block.data(), static_cast<std::size_t>(got));
  }
  if (options.check) options.check();
  return answer;
}

fs::path program_of(const TrialOptions& options) {
  if (!options.program.empty()) return options.program;
  std::error_code error;
  fs::path beside = program_folder() / kProgram;
  return fs::exists(beside, error) ? beside : fs::path(kProgram);
}

// What is wrong with a model that did harm.
std::string harm_of(const Answer& answer, int signal, const TrialOptions& options) {
  if (answer.text == kOutOfMemory) {
    return "needs more than " + std::to_string(options.memory_bytes >> 20) +
           " MB of memory besides its weights";
  }
  if (signal == SIGXCPU) {
    return "takes more than " + std::to_string(options.cpu.count()) + " s of a core";
  }
  if (!answer.in_time) return "takes more than " + std::to_string(options.wall.count()) + " s";
  if (answer.text == kNotTheSame) return "gives other values for the same picture when read again";
  if (signal != 0) return "crashes what runs it (signal " + std::to_string(signal) + ")";
  return "ends what runs it";
}

// The words are those behind the limits.
void judge(std::span<const std::byte> model, const std::string& name, const TrialOptions& options,
           std::vector<std::string> words) {
  const fs::path program = program_of(options);
  words.insert(words.begin(), {program.string(), std::to_string(options.memory_bytes),
                               std::to_string(options.cpu.count()), name});
  const Descriptor file(::memfd_create("model", MFD_CLOEXEC));  // it has no name
  write_all(file, model);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("open a pipe for the trial of a model", errno);
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  Child child(program, std::move(words), file.get(), to.get());
  to.close();
  const Answer answer = listen(from.get(), options);
  if (!answer.in_time) child.kill();
  const int signal = answer.in_time ? child.wait() : SIGKILL;
  if (signal == 0 && answer.text == kPassed) return;
  if (signal == 0 && answer.text.starts_with(kRefused)) {
    if (!options.must_run) return;
    const std::size_t end = answer.text.find('\n');
    const int code = std::atoi(answer.text.c_str() + kRefused.size());
    throw Error(static_cast<ErrorCode>(code), answer.text.substr(end + 1));
  }
  throw Error(ErrorCode::kBadInput,
              "can't use the model " + name + ": tried out in a process of its own, it " +
                  harm_of(answer, signal, options) +
                  "; get the file again from its source, or take another model");
}

}  // namespace

void judge_encoder(std::span<const std::byte> model, const std::string& name,
                   const TrialOptions& options) {
  judge(model, name, options, {});
}

void judge_backbone(std::span<const std::byte> file, const std::string& name,
                    const InputSpec& input, const std::string& output,
                    const TrialOptions& options) {
  judge(file, name, options, {input_to_json(input), output});
}

}  // namespace simdb
