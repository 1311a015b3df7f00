#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "simdb/byte_stream.h"

namespace simdb {

/// Makes the database that Database::back_up wrote into `file` in `folder`, which must not exist or
/// be empty, and verifies it. It answers as the one that was backed up. Returns how many items it
/// has. Calls `check` often, `accept` with the encoder's model if there is one, and lets out what
/// they throw. Throws Error(kNotFound) if there is no file, Error(kBadInput) if it is no backup or
/// a newer simdb wrote it, Error(kCorruption) if it is damaged, Error(kUsage) if there is something
/// in `folder`, Error(kIo) if the system refuses. Nothing is left behind then.
std::uint64_t restore_database(
    const std::filesystem::path& file, const std::filesystem::path& folder,
    const std::function<void()>& check = [] {},
    const std::function<void(std::span<const std::byte>)>& accept = [](auto) {});

/// The same from a stream that messages call `name`.
std::uint64_t restore_database(
    const ByteSource& source, const std::string& name, const std::filesystem::path& folder,
    const std::function<void()>& check = [] {},
    const std::function<void(std::span<const std::byte>)>& accept = [](auto) {});

}  // namespace simdb
