#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace simdb {

/// The process that holds a POSIX lock on `lock_file`, for an error message: "process 123 (simdb
/// add cats)". Nothing if there is none or the system does not tell. Must not be called while this
/// process itself holds the lock: closing any descriptor of the file would drop it.
std::optional<std::string> lock_holder(const std::filesystem::path& lock_file);

}  // namespace simdb
