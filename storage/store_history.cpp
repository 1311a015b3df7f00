// What the store tells and forgets about its past.
#include <algorithm>

#include "simdb/error.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"

namespace simdb {
namespace {

Tombstone require_tombstone(const RocksConnection& connection, std::string_view key) {
  const auto tombstone = decode_tombstone_key(key);
  if (!tombstone) throw damaged(connection.path(), "the key of a tombstone has a wrong length");
  return *tombstone;
}

}  // namespace

void Store::forget_erased(std::uint64_t through) {
  require_writable("forget removals in");
  if (through > changes_) {
    throw Error(ErrorCode::kUsage, "can't forget removals up to change " + std::to_string(through) +
                                       " in " + connection_->path().string() + ": it has seen " +
                                       std::to_string(changes_) + " changes");
  }
  if (through <= tombstones_from_) return;
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(through));
  Change change(*connection_);
  // Raised before the write: see erased_since.
  const std::uint64_t from = tombstones_from_.exchange(through);
  change.erase_range(Family::kTombstones, tombstone_key({from + 1, ItemId{0}}),
                     tombstone_key({through + 1, ItemId{0}}));
  // The session of change `through` stays: its mark may still be asked for.
  if (session) change.erase_range(Family::kSessions, encode_number(0), session->key);
  change.put(Family::kMeta, kMetaTombstonesFrom, encode_number(through));
  write(change, "forget removals in");
}

void Store::compact(const std::function<void()>& check) {
  require_writable("compact");
  connection_->compact(check);
}

std::optional<std::vector<ItemId>> Store::marked_since(std::uint64_t change,
                                                       std::string_view mark) const {
  if (change < tombstones_from_) return std::nullopt;
  if (change >= changes_) return std::vector<ItemId>();
  std::vector<ItemId> ids;
  connection_->scan_from(Family::kTombstones, tombstone_key({change + 1, ItemId{0}}),
                         [&](std::string_view key, std::string_view value) {
                           const ItemId id = require_tombstone(*connection_, key).id;
                           if (value == mark) ids.push_back(id);
                           return true;
                         });
  // forget_erased may have run meanwhile. It raises the bound first, so tombstones that the scan
  // missed show here.
  if (change < tombstones_from_) return std::nullopt;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::optional<std::vector<ItemId>> Store::erased_since(std::uint64_t change) const {
  return marked_since(change, {});
}

std::optional<std::vector<ItemId>> Store::updated_since(std::uint64_t change) const {
  return marked_since(change, kUpdated);
}

std::unique_ptr<Store> Store::newer() const {
  if (mode() == StoreMode::kReadWrite || !connection_->has_new_files()) return nullptr;
  return std::make_unique<Store>(connection_->reopen());
}

std::optional<std::uint64_t> Store::mark_of(std::uint64_t change) const {
  if (change < tombstones_from_ || change > changes_) return std::nullopt;
  if (change == 0) return 0;
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(change));
  if (change < tombstones_from_) return std::nullopt;  // see erased_since
  const auto mark = session ? decode_number(session->value) : std::nullopt;
  if (!mark) {
    throw damaged(connection_->path(), "the mark of change " + std::to_string(change) + " is lost");
  }
  return mark;
}

}  // namespace simdb
