#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_schema_internal.h"
#include "storage/store.h"
#include "storage/witness_internal.h"

namespace simdb {

/// An open RocksDB and its column families: finding, locking, opening, reading and closing, without
/// knowing what the values mean. `env` must outlive it. Thread-safe but for the destructor.
class RocksConnection {
 public:
  /// Makes an empty RocksDB in a folder that does not exist; the folder's name is durable then.
  static std::unique_ptr<RocksConnection> create(const std::filesystem::path& store,
                                                 rocksdb::Env* env = rocksdb::Env::Default());
  /// Errors as Store::open. The format version has been checked.
  static std::unique_ptr<RocksConnection> open(const std::filesystem::path& store, StoreMode mode,
                                               rocksdb::Env* env = rocksdb::Env::Default());

  /// For Store::repair: opens for writing, makes missing families, and if the log is damaged reads
  /// it up to there. Says in `repaired` and `lost` what that meant.
  static std::unique_ptr<RocksConnection> open_for_repair(const std::filesystem::path& store,
                                                          rocksdb::Env* env, StoreRepair& report);

  RocksConnection(const RocksConnection&) = delete;
  RocksConnection& operator=(const RocksConnection&) = delete;
  /// Flushes, so that a cleanly closed store has an empty log.
  ~RocksConnection();

  rocksdb::DB& db() const noexcept { return *db_; }
  /// Null in a reader of a store of an older version, which lacks the later families: reads find
  /// nothing.
  rocksdb::ColumnFamilyHandle* family(Family family) const noexcept;
  const std::filesystem::path& path() const noexcept { return path_; }
  StoreMode mode() const noexcept { return mode_; }
  /// What the witness said before the files were opened: a reader beside a writer sees at least
  /// those changes.
  const std::optional<Witness::Statement>& witness() const noexcept { return witness_; }

  /// Whether files of the store were written since this reader opened it.
  bool has_new_files() const;
  /// Opens the same store for reading, as its files are now.
  std::unique_ptr<RocksConnection> reopen() const;

  /// Returns the format version.
  std::uint64_t require_known_format() const;
  /// The version that the store had before it was opened for writing, which made it one of
  /// kStoreFormatVersion; nothing if it was one.
  const std::optional<std::uint64_t>& upgraded_from() const noexcept { return upgraded_from_; }
  /// One synced change, or what `options` say. An exception inside RocksDB, such as lack of memory,
  /// leaves its queue of writers locked for good: it becomes a status, and the database is left
  /// open to the end of the process, since closing it would never return.
  rocksdb::Status write(rocksdb::WriteBatch& batch);
  rocksdb::Status write(rocksdb::WriteBatch& batch, const rocksdb::WriteOptions& options);
  /// Empties a family, whatever its files hold. Needs a store opened for repair.
  void replace_family(Family family);

  /// Writes all tables anew, so that no file holds what was overwritten or deleted before. Calls
  /// `check` between the families and lets out what that throws. Needs a store opened for writing.
  void compact(const std::function<void()>& check);

  /// The same for one family, as far as it goes: a failure is none of the caller's. Costs no more
  /// than reading it where all of it was deleted.
  void compact_family(Family family) noexcept;

  /// Compares the checksums of all files and of their blocks. A reader checks the files of now,
  /// which are others than those it opened once a writer beside it has merged tables.
  rocksdb::Status verify_files() const;
  /// The value of a key, or nothing.
  std::optional<std::string> read(Family family, std::string_view key) const;
  /// The same for many keys of a family at once.
  std::vector<std::optional<std::string>> read_many(Family family,
                                                    std::span<const std::string> keys) const;
  struct Entry {
    std::string key;
    std::string value;
  };
  /// The last key up to and with `bound`, and its value, or nothing.
  std::optional<Entry> last_up_to(Family family, std::string_view bound) const;
  /// Calls with each key that begins with `prefix`, and its value, in byte order, until the
  /// callback returns false.
  void scan(Family family, std::string_view prefix,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
  /// The same for several prefixes, in ascending order.
  void scan_each(Family family, std::span<const std::string> prefixes,
                 const std::function<void(std::size_t prefix, std::string_view key)>& visit) const;
  /// The same for the keys from `first` up.
  void scan_from(
      Family family, std::string_view first,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  // What to make of a damaged log.
  enum class LogRule { kWhole, kUpToDamage };

  RocksConnection(std::filesystem::path path, StoreMode mode, rocksdb::Env* env,
                  LogRule rule = LogRule::kWhole)
      : path_(std::move(path)),
        mode_(mode),
        env_(env),
        log_rule_(rule),
        witness_(Witness::read(path_)) {}

  // One try to open; the destructor frees what was opened. What is opened for writing was checked
  // before (check_format).
  enum class Writer { kCreate, kOpen, kUpgrade, kRepair };
  rocksdb::Status open_writer(Writer how);
  rocksdb::Status open_reader(const std::vector<rocksdb::ColumnFamilyDescriptor>& families);
  static rocksdb::Status open_settled_reader(
      const std::filesystem::path& store,
      const std::vector<rocksdb::ColumnFamilyDescriptor>& families, rocksdb::Env* env, LogRule rule,
      std::unique_ptr<RocksConnection>& connection);
  static std::uint64_t check_format(const std::filesystem::path& store, rocksdb::Env* env,
                                    LogRule rule = LogRule::kWhole);
  void upgrade(std::uint64_t from);
  rocksdb::DBOptions options() const;
  void flush() noexcept;
  static void require_created(const std::filesystem::path& store);
  static void require_lock_was_free(const rocksdb::Status& status,
                                    const std::filesystem::path& store);

  std::filesystem::path path_;
  StoreMode mode_;
  rocksdb::Env* env_;  // the file system below; the default but in tests
  LogRule log_rule_;
  std::optional<Witness::Statement> witness_;
  std::optional<std::uint64_t> upgraded_from_;
  std::string files_;      // of a reader: a name for what it opened, or for less
  bool is_stuck_ = false;  // see write()
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // "default", then in the order of Family
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace simdb
