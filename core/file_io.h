#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/file_system.h"

namespace simdb {

class RegularFile;

/// The path from the root on. Throws Error(kNotFound) if that needs the current folder and it was
/// deleted, Error(kIo) if the system does not tell it.
std::filesystem::path absolute_path(const std::filesystem::path& path);

/// Where a symbolic link leads, though there may be no file yet; what can't be followed is left.
std::filesystem::path followed(std::filesystem::path path);

/// The folder of the running program, where others of simdb's lie too; empty if the system does not
/// tell it. Where this code is part of a shared library, as in Python, the folder bin beside the
/// share/simdb that is nearest above the library, if there is one.
std::filesystem::path program_folder();

/// Reads a whole regular file. Throws Error(kNotFound) if there is none, Error(kBadInput) if it is
/// a folder, FIFO, socket or device, its name holds a NUL, or it has more than `max_bytes`,
/// Error(kIo) if the system refuses. Never blocks on a FIFO. Thread-safe.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// A regular file, read from start to end, in large pieces. Errors as read_file. Thread-compatible.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Fills `to` as far as the file goes on; returns how many bytes that were.
  std::size_t read(std::span<std::byte> to);
  /// The next read begins at the start again.
  void rewind();

 private:
  bool fill();

  std::filesystem::path path_;
  std::unique_ptr<RegularFile> file_;
  std::vector<std::byte> buffer_;
  std::size_t next_ = 0;  // in buffer_, to be read
};

/// Replaces a file so that a crash at any moment leaves the old one or the new one: what is written
/// goes to a temporary file beside it, which commit() fsyncs, renames and makes durable. A symbolic
/// link stays and what it leads to is replaced; the permissions stay too. Several at a time may
/// replace one file: the last commit() wins. Without commit() nothing changes. Members throw
/// Error(kIo); the file is then as it was, but for a failure of commit's very last step: then it is
/// the new one, and a power loss may bring back the old. Thread-compatible.
class AtomicFile {
 public:
  /// Begins to replace `path`, which need not exist. Throws Error(kIo) if it is no regular file.
  explicit AtomicFile(std::filesystem::path path, FileSystem& files = system_files());
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Appends `bytes`. Small pieces are gathered into larger ones.
  void write(std::span<const std::byte> bytes);
  /// Puts the new file in place; the last call.
  void commit();

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  class TemporaryFile;

  void flush();
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  FileSystem& files_;
  std::unique_ptr<TemporaryFile> file_;
  std::vector<std::byte> buffer_;
};

/// Replaces `path` with `bytes`; see AtomicFile.
void write_file_atomic(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomic(const std::filesystem::path& path, std::string_view text);

/// Makes the names in `folder` durable (fsync): files and folders made, renamed or removed in it.
/// Throws Error(kIo).
void sync_folder(const std::filesystem::path& folder);

}  // namespace simdb
