#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace simdb {

/// A whole regular file in memory, read page by page as it is touched. Immutable; thread-safe.
///
/// The file may be replaced or removed meanwhile (the mapping keeps the old one), as AtomicFile
/// does. It must not be cut short in place: touching what is gone, or what the disk can't read,
/// ends the process (SIGBUS).
class MappedFile {
 public:
  /// Throws Error(kNotFound) if there is none, Error(kBadInput) if it is no regular file,
  /// Error(kIo) if the system refuses. Never blocks on a FIFO.
  explicit MappedFile(std::filesystem::path path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Begins at the start of a page.
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

}  // namespace simdb
