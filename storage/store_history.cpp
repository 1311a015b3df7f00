// What the store tells and forgets about its past.
#include <algorithm>

#include "core/item_update.h"
#include "simdb/error.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"

namespace simdb {
namespace {

// Calls with the entries of the changes after number `change`, in the order of the changes, until
// the callback returns false.
void scan_history(const RocksConnection& connection, std::uint64_t change,
                  const std::function<bool(const HistoryEntry&)>& visit) {
  connection.scan_from(Family::kTombstones, tombstone_key({change + 1, ItemId{0}}),
                       [&](std::string_view key, std::string_view value) {
                         const auto entry = decode_history_entry(key, value);
                         if (!entry)
                           throw damaged(connection.path(), "an entry of its history says nothing");
                         return visit(*entry);
                       });
}

void sort_change(std::span<ItemEvent> events) {
  std::stable_sort(events.begin(), events.end(),
                   [](const ItemEvent& a, const ItemEvent& b) { return a.kind < b.kind; });
}

}  // namespace

void Store::forget_changes(std::uint64_t through) {
  require_writable("forget changes of");
  if (through > changes_) {
    throw Error(ErrorCode::kUsage, "can't forget changes up to " + std::to_string(through) +
                                       " of " + connection_->path().string() + ": it has seen " +
                                       std::to_string(changes_));
  }
  if (through <= tombstones_from_) return;
  std::uint64_t forgotten = 0;
  scan_history(*connection_, tombstones_from_, [&](const HistoryEntry& entry) {
    forgotten += entry.change <= through ? 1 : 0;
    return entry.change <= through;
  });
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(through));
  Change change(*connection_);
  // Raised before the write: see changes_since.
  const std::uint64_t from = tombstones_from_.exchange(through);
  change.erase_range(Family::kTombstones, tombstone_key({from + 1, ItemId{0}}),
                     tombstone_key({through + 1, ItemId{0}}));
  // The session of change `through` stays: its mark may still be asked for.
  if (session) change.erase_range(Family::kSessions, encode_number(0), session->key);
  const std::uint64_t entries = history_entries_ - std::min(forgotten, history_entries_);
  change.put(Family::kMeta, kMetaTombstonesFrom, encode_number(through));
  change.put(Family::kMeta, kMetaHistoryEntries, encode_number(entries));
  write(change, "forget changes of");
  history_entries_ = entries;
}

void Store::compact(const std::function<void()>& check) {
  require_writable("compact");
  connection_->compact(check);
}

void Store::forget_beyond(std::uint64_t entries) {
  require_writable("forget changes of");
  std::uint64_t surplus = history_entries_ - std::min(entries, history_entries_);
  if (surplus == 0) return;
  std::uint64_t oldest_kept = 0;
  scan_history(*connection_, tombstones_from_, [&](const HistoryEntry& entry) {
    oldest_kept = entry.change;
    return surplus-- > 0;
  });
  if (oldest_kept > 0) forget_changes(oldest_kept - 1);
}

std::optional<std::vector<ItemId>> Store::ids_since(std::uint64_t change, ChangeKind kind) const {
  if (change < tombstones_from_) return std::nullopt;
  if (change >= changes_) return std::vector<ItemId>();
  std::vector<ItemId> ids;
  scan_history(*connection_, change, [&](const HistoryEntry& entry) {
    if (entry.kind == kind) ids.push_back(entry.first);
    return true;
  });
  if (change < tombstones_from_) return std::nullopt;  // see changes_since
  return each_once(std::move(ids));
}

std::optional<std::vector<ItemId>> Store::erased_since(std::uint64_t change) const {
  return ids_since(change, ChangeKind::kRemoved);
}

std::optional<std::vector<ItemId>> Store::updated_since(std::uint64_t change) const {
  return ids_since(change, ChangeKind::kUpdated);
}

std::optional<ItemHistory> Store::changes_since(std::uint64_t change, std::size_t limit) const {
  const std::uint64_t last = changes_;
  if (change > last || change < tombstones_from_) return std::nullopt;
  if (change < last && !knows_additions_) return std::nullopt;
  ItemHistory history{{}, last};
  std::vector<ItemEvent>& events = history.events;
  std::size_t first = 0;  // of the change that is being read
  scan_history(*connection_, change, [&](const HistoryEntry& entry) {
    if (entry.change > last) return false;  // made meanwhile
    if (events.size() > first && events.back().change != entry.change) {
      sort_change(std::span(events).subspan(first));
      first = events.size();
      if (first >= limit) return false;
    }
    for (std::uint64_t i = 0; i < entry.items; ++i) {
      events.push_back({entry.change, entry.kind, ItemId{to_number(entry.first) + i}});
    }
    return true;
  });
  sort_change(std::span(events).subspan(first));
  // Changes of no item may follow.
  if (!events.empty() && events.size() >= limit) history.through = events.back().change;
  // forget_changes may have run meanwhile. It raises the bound first, so entries that the scan
  // missed show here.
  if (change < tombstones_from_) return std::nullopt;
  return history;
}

std::unique_ptr<Store> Store::newer() const {
  if (mode() == StoreMode::kReadWrite || !connection_->has_new_files()) return nullptr;
  return std::make_unique<Store>(connection_->reopen());
}

std::optional<std::uint64_t> Store::mark_of(std::uint64_t change) const {
  if (change < tombstones_from_ || change > changes_) return std::nullopt;
  if (change == 0) return 0;
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(change));
  if (change < tombstones_from_) return std::nullopt;  // see changes_since
  const auto mark = session ? decode_number(session->value) : std::nullopt;
  if (!mark) {
    throw damaged(connection_->path(), "the mark of change " + std::to_string(change) + " is lost");
  }
  return mark;
}

}  // namespace simdb
