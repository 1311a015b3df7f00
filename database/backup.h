#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace simdb {

/// Makes the database that Database::back_up wrote into `file` in `folder`, which must not exist or
/// be empty, and verifies it. It answers as the one that was backed up. Returns how many items it
/// has. Calls `check` often and lets out what that throws. Throws Error(kNotFound) if there is no
/// file, Error(kBadInput) if it is no backup or a newer simdb wrote it, Error(kCorruption) if it is
/// damaged, Error(kUsage) if there is something in `folder`, Error(kIo) if the system refuses.
/// Nothing is left behind then.
std::uint64_t restore_database(
    const std::filesystem::path& file, const std::filesystem::path& folder,
    const std::function<void()>& check = [] {});

}  // namespace simdb
