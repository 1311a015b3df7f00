// Lets a reader follow the writer, and a copy its original: what changed is put in place, index and
// encoder stay.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/item_update.h"
#include "database/class_members_internal.h"
#include "database/embedded_gallery.h"
#include "database/item_labels_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// More than this many rows, and this part of all, are not changed in place while searches wait.
constexpr std::size_t kRowsInPlace = 4096;
constexpr std::size_t kPartInPlace = 16;
constexpr std::size_t kRecordsAtOnce = 1024;

// What a later state of a store lost and gained.
struct Difference {
  std::vector<ItemId> removed;
  std::vector<ItemId> added;
  EmbeddingBatch embeddings;  // of the added
  StaleItems stale;
};

bool same_change(const Store& before, const Store& after) {
  return after.mark_of(before.changes()) == before.mark_of(before.changes());
}

// Nothing if the later store has forgotten what was removed, or if it is none: an older copy may
// have been put back.
std::optional<Difference> difference(const Store& before, const Store& after) {
  const auto removed = after.erased_since(before.changes());
  const auto updated = after.updated_since(before.changes());
  if (!removed || !updated || !same_change(before, after)) return std::nullopt;
  Difference result{*removed, {}, EmbeddingBatch(after.dimension()), {}};
  const auto note = [&](const ItemRecord& record) {
    result.stale.note(record.id, record.info);
    return true;
  };
  before.for_each_item_of(*removed, note);
  for (std::span<const ItemId> rest = *updated; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kRecordsAtOnce));
    const auto had = before.get_many(some);
    const auto has = after.get_many(some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto& old = had[i];
      const auto& now = has[i];
      if (old && now) {
        result.stale.note(some[i], old->info, now->info);
      } else if (old) {  // removed since; what was added since comes below
        note(*old);
      }
    }
    rest = rest.subspan(some.size());
  }
  const ItemId first = before.next_id();
  after.for_each_item_from(first, note);
  after.for_each_embedding_from(first, [&](ItemId id, std::span<const float> values) {
    result.added.push_back(id);
    result.embeddings.append_unit(values);
    return true;
  });
  return result;
}

}  // namespace

bool EmbeddedGallery::refresh() {
  if (mode_ == StoreMode::kReadWrite) return false;  // and waits for no change
  const std::lock_guard change(change_mutex_);
  std::shared_ptr<Store> fresh = store_->newer();
  if (!fresh) return false;
  if (fresh->id() != store_->id()) {
    throw Error(ErrorCode::kUsage, "can't refresh " + folder_.string() +
                                       ": another database was put there; open it again");
  }
  if (fresh->encoder_fingerprint() != fingerprint_ || fresh->dimension() != dimension_) {
    throw Error(ErrorCode::kUsage, "can't refresh " + folder_.string() +
                                       ": its items have the embeddings of another encoder now; "
                                       "open it again");
  }
  const bool changed = fresh->changes() != store_->changes() || !same_change(*store_, *fresh);
  const auto news = difference(*store_, *fresh);
  const bool in_place =
      news &&
      news->stale.ids.size() <= std::max<std::size_t>(kRowsInPlace, fresh->size() / kPartInPlace);
  std::shared_ptr<VectorIndex> made;
  {
    const std::lock_guard lock(index_mutex_);
    snapshot_is_useless_ = false;  // it may be one of this state
  }
  if (!in_place && current_index()) made = build_index(*fresh);

  const std::unique_lock no_answers(state_mutex_);
  {
    const std::lock_guard lock(index_mutex_);
    std::swap(store_, fresh);  // what was open closes last
    if (!in_place) index_ = std::move(made);
  }
  if (!in_place) {
    class_members_ = std::make_unique<ClassMembers>(dimension_);
    item_labels_ = std::make_unique<ItemLabels>();
    return changed;
  }
  forget(news->stale);
  update_index([&](VectorIndex& index) {
    index.remove(news->removed);
    index.add(news->added, news->embeddings);
  });
  return changed;
}

void EmbeddedGallery::follow(const FollowedChanges& changes) {
  const std::lock_guard change(change_mutex_);
  StaleItems stale;
  std::vector<ItemId> gone;
  const auto find = [](std::span<const ItemRecord> records, ItemId id) {
    const auto found = std::ranges::lower_bound(records, id, {}, &ItemRecord::id);
    return found != records.end() && found->id == id ? &*found : nullptr;
  };
  for (const ItemRecord& record : changes.added.records) stale.note(record.id, record.info);
  const auto note = [&](const ItemRecord& before) {
    if (const ItemRecord* const after = find(changes.updated, before.id)) {
      stale.note(before.id, before.info, after->info);
    } else {
      stale.note(before.id, before.info);
      gone.push_back(before.id);
    }
  };
  const std::lock_guard no_answers(state_mutex_);  // they see all of it at once, or nothing
  store_->follow(changes, note);
  forget(stale);
  update_index([&](VectorIndex& index) {
    index.remove(gone);
    index.add(ids_of(changes.added.records), changes.added.embeddings);
  });
}

}  // namespace simdb
