#include "tests/support/run_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace simdb::test {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    read = ends[0];
    write = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(read);
    close_end(write);
  }
  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& extra) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!extra.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : extra) result.push_back(name + "=" + value);
  return result;
}

pid_t spawn(const std::vector<std::string>& command, const ProcessOptions& options, int in, int out,
            int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!options.folder.empty())
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  if (options.out_file.empty()) {
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.out_file.c_str(),
                                     O_WRONLY | O_CREAT, 0644);
  }
  if (err >= 0) posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  const std::vector<std::string> environment = environment_with(options.environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, command[0].c_str(), &actions, &attributes,
                                   pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error("can't start " + command[0] + ": " + std::strerror(error));
  return pid;
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Feeds the input and collects both outputs until they close; false when time runs out.
bool exchange(pid_t pid, Pipe& in, Pipe& out, Pipe& err, const ProcessOptions& options,
              ProcessResult& result) {
  const auto start = std::chrono::steady_clock::now();
  const auto deadline = start + options.timeout;
  bool signal_is_due = options.signal != 0;
  std::string_view input = options.input;
  if (input.empty()) Pipe::close_end(in.write);
  while (out.read >= 0 || err.read >= 0) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    if (signal_is_due && now >= start + options.signal_after) {
      ::kill(pid, options.signal);
      signal_is_due = false;
    }
    const auto wait =
        (signal_is_due ? std::min(deadline, start + options.signal_after) : deadline) - now;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
    const timespec left = {seconds.count(), std::chrono::nanoseconds(wait - seconds).count()};
    std::array<pollfd, 3> polls = {
        {{in.write, POLLOUT, 0}, {out.read, POLLIN, 0}, {err.read, POLLIN, 0}}};
    if (::ppoll(polls.data(), polls.size(), &left, nullptr) <= 0) continue;
    if (polls[0].revents != 0) {
      const ssize_t written = ::write(in.write, input.data(), input.size());
      if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 || input.empty()) Pipe::close_end(in.write);
    }
    const auto drain = [](const pollfd& poll, int& end, std::string& text) {
      if (poll.revents == 0) return;
      std::array<char, 65536> chunk;
      const ssize_t count = ::read(end, chunk.data(), chunk.size());
      if (count > 0) text.append(chunk.data(), static_cast<std::size_t>(count));
      if (count <= 0) Pipe::close_end(end);
    };
    drain(polls[1], out.read, result.out);
    drain(polls[2], err.read, result.err);
  }
  return true;
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t pid = spawn(command, options, in.read, out.write, err.write);
  Pipe::close_end(in.read);
  Pipe::close_end(out.write);
  Pipe::close_end(err.write);
  ProcessResult result;
  const bool in_time = exchange(pid, in, out, err, options, result);
  if (!in_time) ::kill(pid, SIGKILL);
  int status = 0;
  rusage used{};
  ::wait4(pid, &status, 0, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  result.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  result.peak_memory_bytes = static_cast<std::uint64_t>(used.ru_maxrss) << 10;
  result.code = in_time ? exit_code(status) : -1;
  return result;
}

}  // namespace simdb::test
