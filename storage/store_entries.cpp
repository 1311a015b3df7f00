// A store as a row of entries, and a store made of them.
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simdb/error.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"

namespace simdb {
namespace {

Family require_family(const std::string& name, const std::filesystem::path& store) {
  const auto found = std::find(kColumnFamilyNames.begin(), kColumnFamilyNames.end(), name);
  if (found == kColumnFamilyNames.end()) {
    throw Error(ErrorCode::kBadInput,
                "can't make the store " + store.string() + ": there is no family '" + name + "'");
  }
  return static_cast<Family>(found - kColumnFamilyNames.begin());
}

// Writes entries in their order straight into RocksDB's tables, one per family: no log, no merging.
class TableMaker {
 public:
  explicit TableMaker(RocksConnection& connection) : connection_(connection) {}

  void put(Family family, const std::string& key, const std::string& value) {
    if (family_ && (family < *family_ || (family == *family_ && key <= last_key_))) {
      throw Error(ErrorCode::kCorruption,
                  "can't make the store " + connection_.path().string() +
                      ": the entries it is made of are not in order; use another backup");
    }
    if (family != family_) begin(family);
    require(writer_->Put(to_slice(key), to_slice(value)));
    last_key_ = key;
  }

  // The store has all tables or none. They are synced.
  void finish() {
    end();
    if (!made_.empty()) require(connection_.db().IngestExternalFiles(made_));
  }

 private:
  void require(const rocksdb::Status& status) const {
    require_ok(status, "make the store", connection_.path());
  }

  void begin(Family family) {
    end();
    family_ = family;
    rocksdb::ColumnFamilyHandle* const handle = connection_.family(family);
    const rocksdb::Options options = connection_.db().GetOptions(handle);
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options, handle);
    rocksdb::IngestExternalFileArg& made = made_.emplace_back();
    made.column_family = handle;
    made.external_files = {connection_.path() / ("new-" + handle->GetName() + ".sst")};
    made.options.move_files = true;
    require(writer_->Open(made.external_files.front()));
  }

  void end() {
    if (writer_) require(writer_->Finish());
    writer_.reset();
  }

  RocksConnection& connection_;
  std::optional<Family> family_;  // whose table is being written
  std::string last_key_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<rocksdb::IngestExternalFileArg> made_;
};

}  // namespace

void Store::for_each_entry(
    const std::function<void(std::string_view, std::string_view, std::string_view)>& visit) const {
  // All iterators from one call: they see the same state.
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  handles.reserve(kColumnFamilyNames.size());
  for (std::size_t i = 0; i < kColumnFamilyNames.size(); ++i) {
    auto* family = connection_->family(static_cast<Family>(i));
    if (family != nullptr) handles.push_back(family);  // those that are missing are the last ones
  }
  std::vector<rocksdb::Iterator*> opened;
  require_ok(connection_->db().NewIterators(scan_options(), handles, &opened), "read the store",
             connection_->path());
  const std::vector<std::unique_ptr<rocksdb::Iterator>> iterators(opened.begin(), opened.end());
  for (std::size_t i = 0; i < iterators.size(); ++i) {
    rocksdb::Iterator& at = *iterators[i];
    for (at.SeekToFirst(); at.Valid(); at.Next()) {
      visit(kColumnFamilyNames[i], to_view(at.key()), to_view(at.value()));
    }
    require_ok(at.status(), "read the store", connection_->path());
  }
}

std::unique_ptr<Store> Store::create_from(const std::filesystem::path& path,
                                          const std::function<bool(StoreEntry&)>& next) {
  auto connection = RocksConnection::create(path);
  TableMaker tables(*connection);
  std::string format;
  for (StoreEntry entry; next(entry);) {
    const Family family = require_family(entry.family, path);
    if (family == Family::kMeta && entry.key == kMetaFormat) {
      format = entry.value;
    } else {
      tables.put(family, entry.key, entry.value);
    }
  }
  tables.finish();
  // With the format version the store exists.
  rocksdb::WriteBatch batch;
  require_ok(batch.Put(connection->family(Family::kMeta), to_slice(kMetaFormat), to_slice(format)),
             "make the store", path);
  require_ok(connection->write(batch), "make the store", path);
  connection->require_known_format();
  return std::make_unique<Store>(std::move(connection));
}

}  // namespace simdb
