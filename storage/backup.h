#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "simdb/byte_stream.h"
#include "simdb/digest.h"
#include "storage/store.h"

namespace simdb {

/// Hands a whole store to `sink`, the encoder included: one state of it, even if changes go on
/// meanwhile. docs/file_formats.md describes the bytes. Returns how many items are in them. Calls
/// `check` before each entry and lets out what that and `sink` throw. Errors as Store's;
/// Error(kCorruption) if the encoder is not the store's own.
std::uint64_t write_backup(
    const Store& store, const ByteSink& sink, const std::function<void()>& check = [] {});

/// Writes the entries of a store, in the order of Store::for_each_entry, as a backup. Throws what
/// the sink throws. Thread-compatible.
class BackupWriter {
 public:
  explicit BackupWriter(ByteSink sink);
  void put(std::string_view family, std::string_view key, std::string_view value);
  /// Writes the number of entries and the checksum; the last call.
  void finish();

 private:
  void write(std::string_view text);

  ByteSink sink_;
  Sha256Stream digest_;
  std::uint64_t entries_ = 0;
};

/// The entries of a backup, one by one; next() hands them to Store::create_from. Throws
/// Error(kBadInput), naming `name`, if it is no backup or a newer simdb wrote it,
/// Error(kCorruption) if it is damaged. Thread-compatible.
class BackupReader {
 public:
  BackupReader(ByteSource source, std::string name);
  /// The next entry; false at the end, where the checksum has been found right.
  bool next(StoreEntry& entry);

 private:
  void read(std::span<std::byte> to);
  std::uint64_t read_number(std::size_t bytes);
  [[noreturn]] void fail(const std::string& what) const;

  ByteSource source_;
  std::string name_;
  Sha256Stream digest_;
  std::uint64_t entries_ = 0;
  bool ended_ = false;
};

/// Makes the store that was backed up in `file` in the folder `path`, which must not exist. Reads
/// the file twice: nothing is made from a damaged one. Calls `check` before each entry and lets out
/// what that throws. Errors as BackupReader and Store::create.
std::unique_ptr<Store> restore_backup(
    const std::filesystem::path& file, const std::filesystem::path& path,
    const std::function<void()>& check = [] {});

}  // namespace simdb
