#pragma once

#include <string>

namespace simdb::cli {

/// Shows an address in the user's browser by `xdg-open`, without waiting for it; false if there is
/// no such program. The browser outlives this process. Others on this machine who list processes
/// see the address for a moment.
bool open_browser(const std::string& address);

}  // namespace simdb::cli
