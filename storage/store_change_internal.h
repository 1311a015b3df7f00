#pragma once

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"

namespace simdb {

inline std::vector<std::byte> as_bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Everything one change does to the store, to be written as one batch.
class Store::Change {
 public:
  explicit Change(const RocksConnection& connection) : connection_(connection) {}

  void put(Family family, std::string_view key, std::string_view value) {
    check(batch_.Put(connection_.family(family), to_slice(key), to_slice(value)));
  }
  void erase(Family family, std::string_view key) {
    check(batch_.Delete(connection_.family(family), to_slice(key)));
  }
  /// To be put by put_derived().
  void derive(Family family, std::string key, std::string value) {
    derived_.emplace_back(family, std::move(key), std::move(value));
  }
  /// In their order: RocksDB's memtables take a key fastest after its neighbour.
  void put_derived() {
    std::sort(derived_.begin(), derived_.end());
    for (const auto& [family, key, value] : derived_) put(family, key, value);
    derived_.clear();
  }
  /// Notes for the history what becomes of an item, or of several that are added: see HistoryEntry.
  void note(const Tombstone& tombstone, std::string_view value) {
    put(Family::kTombstones, tombstone_key(tombstone), value);
    ++history_entries_;
  }
  /// Makes change number `through`, which is this one, and all before it forgotten, and sessions
  /// before `first_session`. What has been noted is forgotten too; nothing may be noted later.
  void forget_history(std::uint64_t through, std::string_view first_session) {
    erase_range(Family::kTombstones, tombstone_key({0, ItemId{0}}),
                tombstone_key({through + 1, ItemId{0}}));
    erase_range(Family::kSessions, encode_number(0), first_session);
    put(Family::kMeta, kMetaTombstonesFrom, encode_number(through));
    forgets_history_ = true;
  }
  /// Erases the keys from `first` up to but not `end`.
  void erase_range(Family family, std::string_view first, std::string_view end) {
    check(batch_.DeleteRange(connection_.family(family), to_slice(first), to_slice(end)));
  }
  /// An item with this digest is added.
  void note_digest(const Sha256& digest) { digests_.insert(digest); }
  /// An item with this digest is removed.
  void note_gone(const Sha256& digest, ItemId id) { gone_[digest].push_back(id); }
  /// The digests of what is removed and nothing that is added has, and whose they were.
  std::map<Sha256, std::vector<ItemId>> gone() const {
    auto gone = gone_;
    for (const Sha256& digest : digests_) gone.erase(digest);
    return gone;
  }
  void count(std::string_view class_name, std::int64_t items) {
    classes_[std::string(class_name)] += items;
    items_ += items;
  }

  bool is_empty() const { return batch_.Count() == 0; }
  rocksdb::WriteBatch& batch() { return batch_; }
  const std::map<std::string, std::int64_t>& classes() const { return classes_; }
  std::int64_t items() const { return items_; }
  std::uint64_t history_entries() const { return history_entries_; }
  bool forgets_history() const { return forgets_history_; }

 private:
  void check(const rocksdb::Status& status) const {
    require_ok(status, "prepare a change of the store", connection_.path());
  }

  const RocksConnection& connection_;
  rocksdb::WriteBatch batch_{0, 0, kProtectionBytes, 0};
  std::vector<std::tuple<Family, std::string, std::string>> derived_;
  std::map<std::string, std::int64_t> classes_;  // class -> items gained or lost
  std::int64_t items_ = 0;
  std::set<Sha256> digests_;
  std::map<Sha256, std::vector<ItemId>> gone_;
  std::uint64_t history_entries_ = 0;
  bool forgets_history_ = false;
};

}  // namespace simdb
