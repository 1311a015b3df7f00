#include "tests/support/read_only_view.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <system_error>
#include <utility>

namespace simdb::test {

namespace fs = std::filesystem;

ReadOnlyView::ReadOnlyView(fs::path folder) : folder_(std::move(folder)) {
  if (::geteuid() != 0) {
    set_writable(false);
  } else if (::unshare(CLONE_NEWNS) == 0 &&
             ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
             ::mount(folder_.c_str(), folder_.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0) {
    mounted_ = true;
    ::mount("none", folder_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr);
  }
  works_ = !std::ofstream(folder_ / "probe").is_open();
}

ReadOnlyView::~ReadOnlyView() {
  if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  if (::geteuid() != 0) set_writable(true);
}

void ReadOnlyView::set_writable(bool writable) const {
  const auto change = [&](const fs::path& path) {
    std::error_code ignored;
    fs::permissions(path, fs::perms::owner_write,
                    writable ? fs::perm_options::add : fs::perm_options::remove, ignored);
  };
  change(folder_);
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) change(entry.path());
}

}  // namespace simdb::test
