#pragma once

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <system_error>

namespace simdb::test {

/// While one lives, permissions of files hold for this thread, even if it runs as root.
class WithoutPrivileges {
 public:
  WithoutPrivileges() {
    call(SYS_capget, before_);
    auto without = before_;
    without[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    call(SYS_capset, without);
  }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
  ~WithoutPrivileges() { ::syscall(SYS_capset, &header_, before_.data()); }

 private:
  using Data = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

  void call(long number, Data& data) {
    if (::syscall(number, &header_, data.data()) != 0) {
      throw std::system_error(errno, std::generic_category(), "capabilities");
    }
  }

  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  Data before_{};
};

}  // namespace simdb::test
