#pragma once

#include <string_view>

namespace simdb::server {

/// Tells systemd something about this process, such as "READY=1" or "STOPPING=1" (sd_notify(3)).
/// `socket` is NOTIFY_SOCKET, which is the caller's to read; where it is empty nobody asked. What
/// can't be told is not.
void notify_manager(std::string_view socket, std::string_view state) noexcept;

}  // namespace simdb::server
