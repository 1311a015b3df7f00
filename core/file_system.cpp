#include "core/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/file_descriptor_internal.h"

namespace simdb {
namespace {

class SystemFile final : public FileSystem::OutputFile {
 public:
  explicit SystemFile(int fd) : file_(fd) {}

  bool append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool sync() override { return ::fsync(file_.get()) == 0; }
  bool close() override { return file_.close() == 0; }

 private:
  FileDescriptor file_;
};

class SystemFiles final : public FileSystem {
 public:
  std::unique_ptr<OutputFile> create(const std::string& path,
                                     std::optional<unsigned> permissions) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return nullptr;
    auto file = std::make_unique<SystemFile>(fd);
    // Some file systems have none to change.
    if (permissions && ::fchmod(fd, *permissions) != 0 && errno != EPERM && errno != ENOTSUP) {
      return nullptr;
    }
    return file;
  }
  bool rename(const std::string& from, const std::string& to) override {
    return std::rename(from.c_str(), to.c_str()) == 0;
  }
  bool remove(const std::string& path) override { return ::unlink(path.c_str()) == 0; }
  bool sync_folder(const std::string& path) override {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd.is_open() && ::fsync(fd.get()) == 0;
  }
};

}  // namespace

FileSystem& system_files() noexcept {
  static SystemFiles files;
  return files;
}

}  // namespace simdb
