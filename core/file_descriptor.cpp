#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "core/file_descriptor_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

[[noreturn]] void fail_to_open(const std::filesystem::path& path) {
  const bool missing = errno == ENOENT || errno == ENOTDIR;
  throw Error(missing ? ErrorCode::kNotFound
                      : (errno == ENXIO || errno == ELOOP ? ErrorCode::kBadInput : ErrorCode::kIo),
              "can't read " + path.string() + ": " + system_reason());
}

int open_to_read(const std::filesystem::path& path) {
  if (path.native().find('\0') != std::string::npos) {  // the system would read up to it
    throw Error(ErrorCode::kBadInput, "can't read " + std::string(path.c_str()) +
                                          "...: its name holds a NUL");  // so would what()
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail_to_open(path);
  return fd;
}

}  // namespace

std::string system_reason() { return std::generic_category().message(errno); }

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

RegularFile::RegularFile(const std::filesystem::path& path) : fd_(open_to_read(path)) {
  struct stat status = {};
  if (::fstat(fd_.get(), &status) != 0) fail_to_open(path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kBadInput, "can't read " + path.string() + ": it is " +
                                          std::string(kind_of(status.st_mode)) +
                                          ", not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

}  // namespace simdb
