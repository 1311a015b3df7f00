#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "storage/store_lock_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxCommandBytes = 120;

// The command line of a process as printable ASCII; empty if it can't be read.
std::string command_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  std::string command((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!command.empty() && command.back() == '\0') command.pop_back();
  if (command.size() > kMaxCommandBytes) command = command.substr(0, kMaxCommandBytes) + "...";
  for (char& c : command) {
    if (c == '\0') c = ' ';
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return command;
}

}  // namespace

std::optional<std::string> lock_holder(const std::filesystem::path& lock_file) {
  const int fd = ::open(lock_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool known = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0;
  ::close(fd);
  if (!known) return std::nullopt;
  const std::string command = command_of(lock.l_pid);
  return "process " + std::to_string(lock.l_pid) + (command.empty() ? "" : " (" + command + ")");
}

}  // namespace simdb
