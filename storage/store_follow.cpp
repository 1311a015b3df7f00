// How a store takes over what became of another gallery, with its ids, times and changes.
#include <algorithm>
#include <utility>

#include "core/item_update.h"
#include "simdb/error.h"
#include "storage/item_value_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"
#include "storage/witness_internal.h"

namespace simdb {
namespace {

constexpr const char* kAttempt = "take over items in";

}  // namespace

void Store::require_following(Following wanted, const char* attempt) const {
  require_writable(attempt);
  if (following_ == wanted) return;
  throw Error(ErrorCode::kUsage, "can't " + std::string(attempt) + " " +
                                     connection_->path().string() +
                                     ": it is no copy at that stage; make a new one");
}

void Store::begin_following(const ChangePoint& at) {
  require_following(Following::kNothing, kAttempt);
  if (changes_ > 0) {
    throw Error(ErrorCode::kUsage, "can't copy another gallery into " +
                                       connection_->path().string() +
                                       ": it is no new store; choose another folder");
  }
  Change change(*connection_);
  change.put(Family::kMeta, kMetaFollows, kFollowsPart);
  change.put(Family::kMeta, kMetaChanges, encode_number(at.change));
  change.put(Family::kMeta, kMetaTombstonesFrom, encode_number(at.change));
  if (at.change > 0) {
    change.put(Family::kSessions, encode_number(at.change), encode_number(at.mark));
  }
  write(change, kAttempt);
  tombstones_from_ = at.change;
  changes_ = at.change;
  following_ = Following::kIncomplete;
  if (witness_) witness_->note(at.change, at.mark);
}

void Store::require_new_ids(const FollowedItems& items) const {
  require_batch(items.records.size(), items.embeddings);
  std::uint64_t next = next_id_;
  for (const ItemRecord& record : items.records) {
    if (to_number(record.id) < next) {
      throw Error(ErrorCode::kUsage,
                  "can't " + std::string(kAttempt) + " " + connection_->path().string() +
                      ": the id " + std::to_string(to_number(record.id)) + " was given before");
    }
    next = to_number(record.id) + 1;
  }
}

bool Store::put_items(Change& change, const FollowedItems& items) const {
  for (std::size_t i = 0; i < items.records.size(); ++i) {
    put_item(change, items.records[i], items.embeddings.row(i), items.thumbnails.at(i));
  }
  change.put_derived();
  std::vector<ImageFile> images;
  images.reserve(items.images.size());
  for (const auto& [digest, bytes] : items.images) images.push_back({digest, bytes});
  return keep_images(change, images);
}

void Store::load(const FollowedItems& items) {
  require_following(Following::kIncomplete, kAttempt);
  require_new_ids(items);
  if (items.records.empty()) return;
  Change change(*connection_);
  const bool keeps_more = put_items(change, items);
  const std::uint64_t next_id = to_number(items.records.back().id) + 1;
  change.put(Family::kMeta, kMetaNextId, encode_number(next_id));
  mark_ = mark_of(changes_).value_or(0);
  commit_as(change, changes_, kAttempt);
  next_id_ = next_id;
  keeps_images_ = keeps_images_ || keeps_more;
}

// The entries for who follows this store.
void Store::note_events(Change& change, std::span<const ItemEvent> events) {
  for (std::size_t i = 0; i < events.size();) {
    const ItemEvent& event = events[i];
    std::uint64_t items = 1;
    if (event.kind == ChangeKind::kAdded) {
      while (i + items < events.size() &&
             events[i + items] ==
                 ItemEvent{event.change, event.kind, ItemId{to_number(event.id) + items}}) {
        ++items;
      }
      change.note({event.change, event.id}, encode_addition(items));
    } else {
      change.note({event.change, event.id},
                  event.kind == ChangeKind::kUpdated ? kUpdated : std::string_view());
    }
    i += items;
  }
}

void Store::require_next(const FollowedChanges& changes) const {
  const auto& events = changes.events;
  const std::uint64_t last = changes.through.change;
  const std::uint64_t mark =
      changes.marks.empty() ? mark_of(changes_).value_or(0) : changes.marks.back().mark;
  const auto is_next = [&](std::uint64_t change) { return change > changes_ && change <= last; };
  if (last >= changes_ && mark == changes.through.mark &&
      std::ranges::all_of(events, is_next, &ItemEvent::change) &&
      std::ranges::all_of(changes.marks, is_next, &ChangePoint::change)) {
    return;
  }
  throw Error(ErrorCode::kUsage, "can't take over changes in " + connection_->path().string() +
                                     ": they are not those after change " +
                                     std::to_string(changes_));
}

void Store::follow(const FollowedChanges& changes, const ItemVisitor& visit) {
  const bool is_whole = following_ == Following::kOriginal;
  require_following(is_whole ? Following::kOriginal : Following::kIncomplete, kAttempt);
  require_batch(changes.added.records.size(), changes.added.embeddings);
  require_next(changes);
  const std::vector<ItemRecord>& added = changes.added.records;
  const std::vector<ItemRecord>& updated = changes.updated;
  const std::vector<ItemId> touched = ids_of(changes.events);

  Change change(*connection_);
  // All that goes comes first: a key may move from one item to another.
  std::vector<ItemId> had;
  for_each_item_of(touched, [&](const ItemRecord& before) {
    visit(before);
    had.push_back(before.id);
    if (!has_item(added, before.id) && !has_item(updated, before.id)) {
      erase_item(change, before);
      return true;
    }
    for_each_derived(before.id, before.info,
                     [&](Family family, const std::string& key, const std::string&) {
                       change.erase(family, key);
                     });
    change.count(before.info.class_name, -1);
    return true;
  });
  const auto is_there = [&](const ItemRecord& record) {
    return std::ranges::binary_search(had, record.id);
  };
  // While items are loaded, some come with a later state than that of the store.
  const auto may_be_added = [&](const ItemRecord& record) {
    return is_there(record) ? !is_whole : record.id >= next_id();
  };
  if (!std::ranges::all_of(updated, is_there) || !std::ranges::all_of(added, may_be_added)) {
    throw damaged(connection_->path(), "it is no copy of the gallery that it is to follow");
  }
  for (const ItemRecord& record : updated) {
    change.put(Family::kItems, item_key(record.id),
               encode_item(record.info, record.added_ms, record.changed_ms));
    for_each_derived(record.id, record.info,
                     [&](Family family, const std::string& key, const std::string& value) {
                       change.derive(family, key, value);
                     });
    change.count(record.info.class_name, 1);
  }
  const bool keeps_more = put_items(change, changes.added);
  note_events(change, changes.events);
  if (changes.settings) put_settings(change, *changes.settings);
  for (const ChangePoint& point : changes.marks) {
    change.put(Family::kSessions, encode_number(point.change), encode_number(point.mark));
  }
  if (!is_whole) change.put(Family::kMeta, kMetaFollows, kFollowsAll);
  if (change.is_empty() && changes.through.change == changes_) return;
  std::uint64_t next_id = next_id_;
  if (!touched.empty()) next_id = std::max(next_id, to_number(touched.back()) + 1);
  change.put(Family::kMeta, kMetaNextId, encode_number(next_id));
  mark_ = changes.through.mark;
  commit_as(change, changes.through.change, kAttempt);
  next_id_ = next_id;
  keeps_images_ = keeps_images_ || keeps_more;
  following_ = Following::kOriginal;
}

void Store::put_settings(Change& change, const std::map<std::string, std::string>& settings) const {
  const auto key = [](const std::string& name) { return std::string(kMetaSettingPrefix) + name; };
  const auto before = this->settings();
  for (const auto& [name, value] : before) {
    if (!settings.contains(name)) change.erase(Family::kMeta, key(name));
  }
  for (const auto& [name, value] : settings) {
    const auto had = before.find(name);
    if (had == before.end() || had->second != value) change.put(Family::kMeta, key(name), value);
  }
}

void Store::end_following(ItemId next_id) {
  const char* const attempt = "end the copy in";
  require_following(Following::kOriginal, attempt);
  const std::uint64_t next = std::max(to_number(next_id), next_id_.load());
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(changes_));
  Change change(*connection_);
  change.erase(Family::kMeta, kMetaFollows);
  change.put(Family::kMeta, kMetaNextId, encode_number(next));
  change.put(Family::kMeta, kMetaHistoryEntries, encode_number(0));
  tombstones_from_ = changes_.load();  // before the write: see changes_since
  change.forget_history(changes_, session ? session->key : encode_number(changes_));
  write(change, attempt);
  history_entries_ = 0;
  next_id_ = next;
  following_ = Following::kNothing;
}

}  // namespace simdb
