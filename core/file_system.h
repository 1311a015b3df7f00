#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace simdb {

/// What AtomicFile asks of the operating system: a port, so that tests can put a disk in its place
/// that fails, fills up or loses power. Calls that return false or null leave the reason in errno.
/// Thread-safe.
class FileSystem {
 public:
  /// A file being written, from its start on. Closed at the end of its life. Thread-compatible.
  class OutputFile {
   public:
    virtual ~OutputFile() = default;
    virtual bool append(std::span<const std::byte> bytes) = 0;
    /// Makes what was appended durable.
    virtual bool sync() = 0;
    virtual bool close() = 0;
  };

  virtual ~FileSystem() = default;
  /// An empty file, in place of one that may be there, with these permissions; the usual ones if
  /// there are none.
  virtual std::unique_ptr<OutputFile> create(const std::string& path,
                                             std::optional<unsigned> permissions) = 0;
  /// Replaces `to` in one step.
  virtual bool rename(const std::string& from, const std::string& to) = 0;
  virtual bool remove(const std::string& path) = 0;
  /// Makes the names in a folder durable.
  virtual bool sync_folder(const std::string& path) = 0;
};

/// The system's own.
FileSystem& system_files() noexcept;

}  // namespace simdb
