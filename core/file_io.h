#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace simdb {

/// Reads a whole regular file. Throws Error(kNotFound) if there is none, Error(kBadInput) if it is
/// a folder, FIFO, socket or device or has more than `max_bytes`, Error(kIo) if the system refuses.
/// Never blocks on a FIFO. Thread-safe.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Replaces `path` with `bytes` so that a crash at any moment leaves the old file or the new one:
/// writes a temporary file beside it, fsyncs, renames, fsyncs the folder. Throws Error(kIo); `path`
/// is then as it was.
void write_file_atomic(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomic(const std::filesystem::path& path, std::string_view text);

/// Makes the names in `folder` durable (fsync): files and folders made, renamed or removed in it.
/// Throws Error(kIo).
void sync_folder(const std::filesystem::path& folder);

}  // namespace simdb
