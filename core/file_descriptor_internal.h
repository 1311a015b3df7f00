#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace simdb {

/// Closes a file descriptor; holds -1 if none was opened.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int close() {
    const int result = fd_ >= 0 ? ::close(fd_) : 0;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

/// What errno says, in words.
std::string system_reason();
/// "a folder", "a FIFO", ... for a file that is no regular one.
std::string_view kind_of(mode_t mode);

/// A regular file, open for reading. Throws as read_file.
class RegularFile {
 public:
  explicit RegularFile(const std::filesystem::path& path);
  int descriptor() const { return fd_.get(); }
  std::uint64_t size() const { return size_; }

 private:
  FileDescriptor fd_;
  std::uint64_t size_ = 0;
};

}  // namespace simdb
