#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// A small file system in memory; ok() is false where this process may not mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::uint64_t bytes) {
    const std::string options = "size=" + std::to_string(bytes);
    mounted_ = ::geteuid() == 0 &&
               ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool ok() const { return mounted_; }
  /// Lets nobody write any more; false where somebody does.
  bool make_read_only() const {
    return ::mount("", folder_.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }
  std::filesystem::path path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  bool mounted_ = false;
};

}  // namespace simdb::test
