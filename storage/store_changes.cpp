// What changes a store: each call is one synced batch.
#include <algorithm>
#include <map>
#include <set>

#include "core/item_update.h"
#include "core/new_item.h"
#include "core/printable.h"
#include "simdb/error.h"
#include "storage/item_value_internal.h"
#include "storage/random_bytes_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"
#include "storage/witness_internal.h"

namespace simdb {
void Store::require_writable(const char* attempt) const {
  const std::string prefix = "can't " + std::string(attempt) + " " + connection_->path().string();
  if (connection_->mode() == StoreMode::kReadOnly) {
    throw Error(ErrorCode::kUsage, prefix + ": it was opened for reading; open it for writing");
  }
  // After a failed sync the system may drop what it could not write and report the next sync as a
  // success. Only reading the files again tells what is there.
  if (!failure_.empty()) {
    throw Error(ErrorCode::kIo,
                prefix + ": an earlier change failed (" + failure_ + "); open the database again");
  }
}

void Store::commit(Change& change, const std::string& attempt) {
  if (following_ != Following::kNothing) {
    throw Error(ErrorCode::kUsage, "can't " + attempt + " " + connection_->path().string() +
                                       ": it follows another gallery; change that one");
  }
  if (!has_changed_) {
    const std::string mark = draw_bytes(8, connection_->path());
    change.put(Family::kSessions, encode_number(changes_ + 1), mark);
    mark_ = decode_number(mark).value_or(0);  // it is 8 bytes
  }
  commit_as(change, changes_ + 1, attempt);
  has_changed_ = true;
}

void Store::commit_as(Change& change, std::uint64_t number, const std::string& attempt) {
  if (history_entries_ > 2 * kHistoryEntries) forget_beyond(kHistoryEntries);
  erase_unused_images(change);
  for (const auto& [name, difference] : change.classes()) {
    const std::uint64_t count = class_size(name) + static_cast<std::uint64_t>(difference);
    if (count == 0) {
      change.erase(Family::kClasses, name);
    } else {
      change.put(Family::kClasses, name, encode_number(count));
    }
  }
  const std::uint64_t items = items_ + static_cast<std::uint64_t>(change.items());
  change.put(Family::kMeta, kMetaItems, encode_number(items));
  change.put(Family::kMeta, kMetaChanges, encode_number(number));
  const std::uint64_t entries =
      change.forgets_history() ? 0 : history_entries_ + change.history_entries();
  change.put(Family::kMeta, kMetaHistoryEntries, encode_number(entries));
  write(change, attempt);
  items_ = items;
  history_entries_ = entries;
  changes_ = number;
  if (witness_) witness_->note(changes_, mark_);
}

void Store::write(Change& change, const std::string& attempt) {
  const rocksdb::Status status = connection_->write(change.batch());
  if (!status.ok()) failure_ = status.ToString();
  require_ok(status, attempt, connection_->path());
}

void Store::require_free_key(const std::string& key,
                             const std::function<bool(ItemId)>& may_own) const {
  if (key.empty()) return;
  const auto owner = find_key(key);
  if (!owner || may_own(*owner)) return;
  fail_taken_key(key, *owner);
}

void Store::require_batch(std::size_t items, const EmbeddingBatch& embeddings) const {
  if (embeddings.dimension() == dimension_ && embeddings.rows() == items) return;
  throw Error(ErrorCode::kUsage, "can't store " + std::to_string(items) + " items with " +
                                     std::to_string(embeddings.rows()) +
                                     " embeddings of dimension " +
                                     std::to_string(embeddings.dimension()) +
                                     " in a store of dimension " + std::to_string(dimension_));
}

void Store::put_item(Change& change, const ItemRecord& record, std::span<const float> embedding,
                     std::span<const std::byte> thumbnail) const {
  const std::string key = item_key(record.id);
  change.put(Family::kItems, key, encode_item(record.info, record.added_ms, record.changed_ms));
  change.put(vectors_, key, encode_vector(embedding));
  for_each_derived(record.id, record.info,
                   [&](Family family, const std::string& of, const std::string& value) {
                     change.derive(family, of, value);
                   });
  if (!thumbnail.empty()) change.put(Family::kThumbnails, key, as_text(thumbnail));
  change.count(record.info.class_name, 1);
  if (keeps_images_) change.note_digest(record.info.digest);
}

std::vector<ItemId> Store::put(std::span<const NewItem> items, const EmbeddingBatch& embeddings,
                               std::span<const ItemRecord> replaced,
                               std::span<const ItemUpdate> updates,
                               std::span<const ImageFile> images) {
  require_writable("add to");
  require_batch(items.size(), embeddings);
  std::set<ItemId> gone;
  for (const ItemRecord& record : replaced) gone.insert(record.id);
  std::set<std::string_view> keys;
  for (const NewItem& item : items) {
    require_usable(item.info);
    require_free_key(item.info.key, [&](ItemId owner) { return gone.contains(owner); });
    if (!item.info.key.empty() && !keys.insert(item.info.key).second) {
      throw Error(ErrorCode::kUsage,
                  "two items are to have the key '" + printable(item.info.key) + "'");
    }
  }

  Change change(*connection_);
  // First: what comes later may take over a key.
  for (const ItemRecord& record : replaced) {
    erase_item(change, record);
    change.note({changes_ + 1, record.id}, {});
  }
  for (const ItemUpdate& update : updates) update_item(change, update.item, update.change);
  std::vector<ItemId> ids;
  ids.reserve(items.size());
  const std::int64_t added_ms = now_ms();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ItemId id{next_id_ + i};
    put_item(change, {id, added_ms, items[i].info, added_ms}, embeddings.row(i),
             items[i].thumbnail);
    ids.push_back(id);
  }
  change.put_derived();
  if (!ids.empty()) change.note({changes_ + 1, ids.front()}, encode_addition(ids.size()));
  const bool keeps_more = keep_images(change, images);
  if (change.is_empty()) return {};
  const std::uint64_t next_id = next_id_ + items.size();
  change.put(Family::kMeta, kMetaNextId, encode_number(next_id));
  commit(change, "add " + std::to_string(items.size()) + " items to");
  next_id_ = next_id;
  keeps_images_ = keeps_images_ || keeps_more;
  return ids;
}

void Store::set_setting(std::string_view name, std::string_view value) {
  require_writable("change a setting of");
  if (setting(name) == value) return;
  Change change(*connection_);
  const std::string key = std::string(kMetaSettingPrefix).append(name);
  if (value.empty()) {
    change.erase(Family::kMeta, key);
  } else {
    change.put(Family::kMeta, key, value);
  }
  commit(change, "change a setting of");
}

void Store::erase_item(Change& change, const ItemRecord& record) const {
  const ItemId id = record.id;
  const std::string key = item_key(id);
  change.erase(Family::kItems, key);
  change.erase(Family::kVectors, key);  // of both encoders
  change.erase(Family::kVectors2, key);
  for_each_derived(id, record.info, [&](Family family, const std::string& of, const std::string&) {
    change.erase(family, of);
  });
  change.erase(Family::kThumbnails, key);
  if (keeps_images_) change.note_gone(record.info.digest, id);
  change.count(record.info.class_name, -1);
}

std::vector<ItemId> Store::erase(std::span<const ItemId> ids, const ItemVisitor& visit) {
  require_writable("remove from");
  Change change(*connection_);
  std::vector<ItemId> erased;
  for_each_item_of(each_once({ids.begin(), ids.end()}), [&](const ItemRecord& record) {
    erase_item(change, record);
    change.note({changes_ + 1, record.id}, {});
    visit(record);
    erased.push_back(record.id);
    return true;
  });
  if (!erased.empty()) commit(change, "remove " + std::to_string(erased.size()) + " items from");
  return erased;
}

// Does nothing if there is nothing to change.
void Store::update_item(Change& change, const ItemRecord& record, const ItemChange& wanted) const {
  const ItemId id = record.id;
  const std::string key = item_key(id);
  const ItemInfo& before = record.info;
  const ItemInfo after = changed(before, wanted);
  require_usable(after);
  if (after == before) return;
  change.put(Family::kItems, key, encode_item(after, record.added_ms, now_ms()));
  if (after.class_name != before.class_name) {
    change.erase(Family::kByClass, class_key(before.class_name, id));
    change.put(Family::kByClass, class_key(after.class_name, id), {});
    change.count(before.class_name, -1);
    change.count(after.class_name, 1);
  }
  if (after.key != before.key) {
    if (!before.key.empty()) change.erase(Family::kByKey, before.key);
    if (!after.key.empty()) change.put(Family::kByKey, after.key, key);
  }
  for (const auto& [name, value] : before.metadata) {
    const auto kept = after.metadata.find(name);
    if (kept != after.metadata.end() && kept->second == value) continue;
    change.erase(Family::kByMetadata, field_key(name, value, id));
  }
  for (const auto& [name, value] : after.metadata) {
    const auto had = before.metadata.find(name);
    if (had != before.metadata.end() && had->second == value) continue;
    change.put(Family::kByMetadata, field_key(name, value, id), {});
  }
  change.note({changes_ + 1, id}, kUpdated);
}

std::vector<ItemId> Store::update(std::span<const ItemId> ids, const ItemChange& wanted,
                                  const ItemVisitor& visit) {
  require_writable("change items of");
  const std::vector<ItemId> sorted = each_once({ids.begin(), ids.end()});
  require_single_owner(wanted, sorted.size());
  if (wanted.key && !wanted.key->empty()) {
    require_free_key(*wanted.key, [&](ItemId owner) {
      return std::binary_search(sorted.begin(), sorted.end(), owner);
    });
  }
  Change change(*connection_);
  std::vector<ItemId> found;
  for_each_item_of(sorted, [&](const ItemRecord& record) {
    update_item(change, record, wanted);
    visit(record);
    found.push_back(record.id);
    return true;
  });
  if (!change.is_empty()) {
    commit(change, "change " + std::to_string(found.size()) + " items of");
  }
  return found;
}

}  // namespace simdb
