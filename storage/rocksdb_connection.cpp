#include <chrono>
#include <exception>
#include <fstream>
#include <map>
#include <new>
#include <system_error>
#include <thread>

#include "core/file_io.h"
#include "simdb/error.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/rocksdb_table_check_internal.h"
#include "storage/store_lock_internal.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr int kReaderTries = 100;
constexpr std::chrono::milliseconds kReaderPause{5};

// A name for the set of tables and logs that make up the store. It changes before the writer
// deletes any of them.
std::string file_set_of(const fs::path& store) {
  std::ifstream current(store / "CURRENT", std::ios::binary);
  std::string manifest;
  std::getline(current, manifest);
  std::error_code ignored;
  return manifest + " " + std::to_string(fs::file_size(store / manifest, ignored));
}

// The logs with their lengths.
std::string logs_of(const fs::path& store) {
  std::map<std::string, std::uintmax_t> logs;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(store, ignored); !ignored && at != fs::directory_iterator();
       at.increment(ignored)) {
    std::error_code vanished;
    if (at->path().extension() == ".log") logs[at->path().filename()] = at->file_size(vanished);
  }
  std::string text;
  for (const auto& [name, size] : logs) text += name + " " + std::to_string(size) + " ";
  return text;
}

bool lacks_families(const rocksdb::Status& status) {
  return status.IsInvalidArgument() && !is_refused_open(status);
}

[[noreturn]] void fail_unsettled(const fs::path& store) {
  throw Error(ErrorCode::kBusy, "can't read " + store.string() + ": it changed during each of " +
                                    std::to_string(kReaderTries) + " tries; try again later");
}

[[noreturn]] void fail_half_created(const fs::path& store) {
  throw Error(ErrorCode::kCorruption,
              "can't open " + store.string() +
                  ": its creation was interrupted, so it holds nothing; delete the folder and "
                  "create the database again");
}

}  // namespace

void RocksConnection::require_created(const fs::path& store) {
  std::error_code error;
  if (fs::exists(store / "CURRENT", error)) return;
  if (error) {
    throw Error(ErrorCode::kIo, "can't open " + store.string() + ": " + error.message() +
                                    "; check the permissions");
  }
  if (fs::is_directory(store, error)) {
    // The witness is made when all the rest is there.
    if (fs::exists(store / kWitnessFile, error)) {
      throw damaged(store, "its file CURRENT is missing");
    }
    fail_half_created(store);
  }
  throw Error(ErrorCode::kNotFound, "there is no database store at " + store.string());
}

void RocksConnection::require_lock_was_free(const rocksdb::Status& status, const fs::path& store) {
  const std::string text = status.ToString();
  if (!status.IsIOError()) return;
  std::string holder;
  if (text.find("lock hold by current process") != std::string::npos) {
    holder = "this process";  // asking the system would close a descriptor and so drop the lock
  } else if (text.find("While lock file") != std::string::npos) {
    holder = lock_holder(store / "LOCK").value_or("another process");
  } else {
    return;
  }
  throw Error(ErrorCode::kBusy, "can't open " + store.string() + " for writing: it is in use by " +
                                    holder + "; wait until that ends, or open it for reading");
}

std::unique_ptr<RocksConnection> RocksConnection::create(const fs::path& store, rocksdb::Env* env) {
  std::error_code error;
  if (!fs::create_directory(store, error)) {
    throw Error(error ? ErrorCode::kIo : ErrorCode::kUsage,
                "can't create the store " + store.string() + ": " +
                    (error ? error.message() : std::string("there is one already")));
  }
  sync_folder(store.has_parent_path() ? store.parent_path() : ".");
  std::unique_ptr<RocksConnection> connection(
      new RocksConnection(store, StoreMode::kReadWrite, env));
  require_ok(connection->open_writer(Writer::kCreate), "create the store", store);
  return connection;
}

std::unique_ptr<RocksConnection> RocksConnection::open(const fs::path& store, StoreMode mode,
                                                       rocksdb::Env* env) {
  require_created(store);
  std::unique_ptr<RocksConnection> connection;
  if (mode == StoreMode::kReadOnly) {
    auto families = column_families();
    auto open_reader = [&] {
      return open_settled_reader(store, families, env, LogRule::kWhole, connection);
    };
    rocksdb::Status status = open_reader();
    if (lacks_families(status)) {
      families.resize(1 + kColumnFamiliesOfVersion.at(check_format(store, env) - 1));
      status = open_reader();
    }
    if (lacks_families(status)) throw damaged(store, status.ToString());
    require_ok(status, "open the store", store);
    connection->require_known_format();
    return connection;
  }
  // Opening for writing writes at once, so the version is read first.
  const std::uint64_t version = check_format(store, env);
  const bool is_old = version < kStoreFormatVersion;
  connection.reset(new RocksConnection(store, mode, env));
  const rocksdb::Status status = connection->open_writer(is_old ? Writer::kUpgrade : Writer::kOpen);
  require_lock_was_free(status, store);
  if (lacks_families(status)) throw damaged(store, status.ToString());
  require_ok(status, "open the store", store);
  if (is_old) connection->upgrade(version);
  return connection;
}

// What is new holds nothing in a store of an older version, but for the history of version 1: that
// lacks the additions, so it begins here. Interrupted before this, the store stays one of its
// version with families that are not in use.
void RocksConnection::upgrade(std::uint64_t from) {
  const auto require = [&](const rocksdb::Status& status) {
    require_ok(status, "upgrade the store", path_);
  };
  rocksdb::WriteBatch batch;
  const auto put = [&](std::string_view key, const std::string& value) {
    require(batch.Put(family(Family::kMeta), to_slice(key), value));
  };
  if (const auto changes = read(Family::kMeta, kMetaChanges); from == 1 && changes) {
    put(kMetaTombstonesFrom, *changes);
    require(batch.DeleteRange(family(Family::kTombstones), tombstone_key({}),
                              tombstone_key({UINT64_MAX, ItemId{UINT64_MAX}})));
  }
  if (from == 1) put(kMetaHistoryEntries, encode_number(0));
  put(kMetaFormat, encode_number(kStoreFormatVersion));
  require(write(batch));
  upgraded_from_ = from;
}

std::uint64_t RocksConnection::check_format(const fs::path& store, rocksdb::Env* env,
                                            LogRule rule) {
  std::unique_ptr<RocksConnection> connection;
  const rocksdb::Status status =
      open_settled_reader(store, meta_column_families(), env, rule, connection);
  if (lacks_families(status)) fail_half_created(store);  // there is no "meta" yet
  require_ok(status, "open the store", store);
  return connection->require_known_format();
}

rocksdb::DBOptions RocksConnection::options() const {
  rocksdb::DBOptions options = database_options();
  options.env = env_;
  if (log_rule_ == LogRule::kUpToDamage) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  }
  return options;
}

rocksdb::Status RocksConnection::open_writer(Writer how) {
  const bool create = how == Writer::kCreate;
  rocksdb::DBOptions options = this->options();
  options.create_if_missing = create;
  options.error_if_exists = create;
  options.create_missing_column_families = how == Writer::kUpgrade || how == Writer::kRepair;
  std::vector<rocksdb::ColumnFamilyDescriptor> families = column_families();
  std::vector<rocksdb::ColumnFamilyDescriptor> missing;
  if (create) {
    missing.assign(families.begin() + 1, families.end());
    families.resize(1);
  }
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, path_.string(), families, &families_, &db);
  db_.reset(db);
  if (status.ok() && create) {
    // All in one call: left to DB::Open, each would write and sync its own file of options.
    std::vector<rocksdb::ColumnFamilyHandle*> created;
    status = db_->CreateColumnFamilies(missing, &created);
    families_.insert(families_.end(), created.begin(), created.end());
  }
  return status;
}

rocksdb::Status RocksConnection::open_reader(
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families) {
  require_openable_tables(path_);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(options(), path_.string(), families, &families_, &db);
  db_.reset(db);
  return status;
}

// RocksDB's own mode for readers beside a writer (OpenAsSecondary) passes over missing files
// without an error. OpenForReadOnly is strict, but takes it that nobody writes. So a reader counts
// only if the file set did not change while it opened: then it has read one state and holds all its
// table files open, whatever the writer deletes later.
rocksdb::Status RocksConnection::open_settled_reader(
    const fs::path& store, const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
    rocksdb::Env* env, LogRule rule, std::unique_ptr<RocksConnection>& connection) {
  for (int i = 0; i < kReaderTries; ++i) {
    const std::string files = file_set_of(store);
    const std::string logs = logs_of(store);
    connection.reset(new RocksConnection(store, StoreMode::kReadOnly, env, rule));
    connection->files_ = files + logs;
    const rocksdb::Status status = connection->open_reader(families);
    // A log that grows is fine: its end is read as torn. It excuses an error, though.
    if (file_set_of(store) == files && (status.ok() || logs_of(store) == logs)) return status;
    std::this_thread::sleep_for(kReaderPause);
  }
  fail_unsettled(store);
}

bool RocksConnection::has_new_files() const {
  return file_set_of(path_) + logs_of(path_) != files_;
}

std::unique_ptr<RocksConnection> RocksConnection::reopen() const {
  return open(path_, StoreMode::kReadOnly, env_);
}

void RocksConnection::compact(const std::function<void()>& check) {
  // The log goes with the flush.
  require_ok(db_->Flush(rocksdb::FlushOptions(), families_), "compact the store", path_);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    check();
    require_ok(db_->CompactRange(options, handle, nullptr, nullptr), "compact the store", path_);
  }
}

void RocksConnection::compact_family(Family which) noexcept {
  try {
    const rocksdb::CompactRangeOptions options;
    db_->CompactRange(options, family(which), nullptr, nullptr).PermitUncheckedError();
  } catch (const std::exception&) {
    is_stuck_ = true;
  }
}

rocksdb::Status RocksConnection::verify_files() const {
  const auto verify = [](rocksdb::DB& db) {
    const rocksdb::Status files = db.VerifyFileChecksums(scan_options());
    return files.ok() ? db.VerifyChecksum(scan_options()) : files;
  };
  if (mode_ == StoreMode::kReadWrite) return verify(*db_);
  // Both calls open the tables by name, so a table that a writer has merged away is an error,
  // though this reader holds it open and misses nothing.
  for (int i = 0; i < kReaderTries; ++i) {
    const std::string files = file_set_of(path_);
    const std::unique_ptr<RocksConnection> now = open(path_, StoreMode::kReadOnly, env_);
    const rocksdb::Status status = verify(now->db());
    if (status.ok() || file_set_of(path_) == files) return status;
  }
  fail_unsettled(path_);
}

std::uint64_t RocksConnection::require_known_format() const {
  const auto value = read(Family::kMeta, kMetaFormat);
  if (!value) fail_half_created(path_);
  const auto version = decode_number(*value);
  if (!version || *version == 0) {
    throw damaged(path_, "its format version is no version");
  }
  if (*version > kStoreFormatVersion) {
    throw Error(ErrorCode::kBadInput, "can't open " + path_.string() + ": it has format version " +
                                          std::to_string(*version) + ", this simdb knows " +
                                          std::to_string(kStoreFormatVersion) +
                                          "; use a newer simdb");
  }
  return *version;
}

rocksdb::Status RocksConnection::write(rocksdb::WriteBatch& batch) {
  return write(batch, synced_write());
}

rocksdb::Status RocksConnection::write(rocksdb::WriteBatch& batch,
                                       const rocksdb::WriteOptions& options) {
  try {
    return db_->Write(options, &batch);
  } catch (const std::bad_alloc&) {
    is_stuck_ = true;
    return rocksdb::Status::MemoryLimit();
  } catch (const std::exception& error) {
    is_stuck_ = true;
    return rocksdb::Status::Aborted(error.what());
  }
}

void RocksConnection::flush() noexcept {
  // What was acknowledged is in the log already, so a failure here loses nothing.
  try {
    db_->Flush(rocksdb::FlushOptions(), families_).PermitUncheckedError();
  } catch (const std::exception&) {
    is_stuck_ = true;
  }
}

RocksConnection::~RocksConnection() {
  if (!db_) return;
  if (mode_ == StoreMode::kReadWrite && !is_stuck_) flush();
  if (is_stuck_) {
    const rocksdb::DB* const left_open = db_.release();
    static_cast<void>(left_open);
    return;
  }
  // Handles go before the database: RocksDB asserts it.
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

rocksdb::ColumnFamilyHandle* RocksConnection::family(Family family) const noexcept {
  const std::size_t at = static_cast<std::size_t>(family) + 1;  // after RocksDB's own
  return at < families_.size() ? families_[at] : nullptr;
}

}  // namespace simdb
