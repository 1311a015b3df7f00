// How a store's entries are read.
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"

namespace simdb {

std::optional<std::string> RocksConnection::read(Family which, std::string_view key) const {
  if (family(which) == nullptr) return std::nullopt;
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), family(which), to_slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require_ok(status, "read from the store", path_);
  return value;
}

std::vector<std::optional<std::string>> RocksConnection::read_many(
    Family which, std::span<const std::string> keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(rocksdb::ReadOptions(), family(which), keys.size(), slices.data(), found.data(),
                statuses.data());
  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    require_ok(statuses[i], "read from the store", path_);
    values[i] = found[i].ToString();
  }
  return values;
}

std::optional<RocksConnection::Entry> RocksConnection::last_up_to(Family which,
                                                                  std::string_view bound) const {
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(scan_options(), family(which)));
  at->SeekForPrev(to_slice(bound));
  require_ok(at->status(), "read from the store", path_);
  if (!at->Valid()) return std::nullopt;
  return Entry{at->key().ToString(), at->value().ToString()};
}

void RocksConnection::scan(
    Family which, std::string_view prefix,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  scan_from(which, prefix, [&](std::string_view key, std::string_view value) {
    return key.starts_with(prefix) && visit(key, value);
  });
}

void RocksConnection::scan_each(
    Family which, std::span<const std::string> prefixes,
    const std::function<void(std::size_t prefix, std::string_view key)>& visit) const {
  if (family(which) == nullptr || prefixes.empty()) return;
  rocksdb::ReadOptions options = scan_options();
  options.total_order_seek = false;  // by the family's filter of prefixes, if it has one
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options, family(which)));
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    for (at->Seek(prefixes[i]); at->Valid(); at->Next()) {
      if (!at->key().starts_with(prefixes[i])) break;
      visit(i, to_view(at->key()));
    }
    require_ok(at->status(), "read from the store", path_);
  }
}

void RocksConnection::scan_from(
    Family which, std::string_view first,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  if (family(which) == nullptr) return;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(scan_options(), family(which)));
  for (at->Seek(to_slice(first)); at->Valid(); at->Next()) {
    if (!visit(to_view(at->key()), to_view(at->value()))) return;
  }
  require_ok(at->status(), "read from the store", path_);
}

}  // namespace simdb
