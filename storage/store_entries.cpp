// A store as a row of entries, and a store made of them.
#include <algorithm>
#include <memory>
#include <vector>

#include "simdb/error.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"

namespace simdb {
namespace {

constexpr std::size_t kBatchBytes = 4UL << 20;

Family require_family(const std::string& name, const std::filesystem::path& store) {
  const auto found = std::find(kColumnFamilyNames.begin(), kColumnFamilyNames.end(), name);
  if (found == kColumnFamilyNames.end()) {
    throw Error(ErrorCode::kBadInput,
                "can't make the store " + store.string() + ": there is no family '" + name + "'");
  }
  return static_cast<Family>(found - kColumnFamilyNames.begin());
}

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
  const auto write = [&](const rocksdb::WriteOptions& options, rocksdb::WriteBatch& batch) {
    require_ok(connection->write(batch, options), "make the store", path);
    batch.Clear();
  };
  rocksdb::WriteBatch batch;
  std::string format;
  for (StoreEntry entry; next(entry);) {
    const Family family = require_family(entry.family, path);
    if (family == Family::kMeta && entry.key == kMetaFormat) {
      format = entry.value;
      continue;
    }
    require_ok(batch.Put(connection->family(family), to_slice(entry.key), to_slice(entry.value)),
               "make the store", path);
    if (batch.GetDataSize() > kBatchBytes) write(rocksdb::WriteOptions(), batch);
  }
  // Syncs what was written before, too. With the format version the store exists.
  require_ok(batch.Put(connection->family(Family::kMeta), to_slice(kMetaFormat), to_slice(format)),
             "make the store", path);
  write(synced_write(), batch);
  connection->require_known_format();
  return std::make_unique<Store>(std::move(connection));
}

}  // namespace simdb
