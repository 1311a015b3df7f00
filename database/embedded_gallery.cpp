#include "database/embedded_gallery.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "database/class_members_internal.h"
#include "database/index_snapshot_internal.h"
#include "database/item_labels_internal.h"
#include "database/layout.h"
#include "database/recovery_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Finds what is stored already, in the store and among the items of the same call.
class Deduplicator {
 public:
  explicit Deduplicator(const Store& store) : store_(store) {}

  // The id under which the same item is stored. Thousands may have the same file: they are read
  // once per call, and not for a class that is new.
  std::optional<ItemId> stored(const ItemInfo& info) {
    if (info.source.empty() || store_.class_size(info.class_name) == 0) return std::nullopt;
    const auto [known, is_new] = stored_.try_emplace(info.digest);
    if (is_new) {
      for (const ItemId id : store_.find_digest(info.digest)) {
        if (const auto record = store_.get(id)) {
          known->second.try_emplace({record->info.source, record->info.class_name}, id);
        }
      }
    }
    const auto same = known->second.find({info.source, info.class_name});
    return same == known->second.end() ? std::nullopt : std::optional(same->second);
  }

  // The position of the first item of this call that is the same; `position` itself if none is.
  std::size_t first_of_call(const ItemInfo& info, std::size_t position) {
    if (info.source.empty()) return position;
    return seen_.try_emplace(std::tie(info.digest, info.source, info.class_name), position)
        .first->second;
  }

 private:
  using Key = std::tuple<const Sha256&, const std::string&, const std::string&>;
  const Store& store_;
  std::map<Key, std::size_t> seen_;
  // Digest -> source and class -> id.
  std::map<Sha256, std::map<std::pair<std::string, std::string>, ItemId>> stored_;
};

// Each once.
std::vector<std::string> class_names_of(std::span<const NewItem> items) {
  std::set<std::string_view> names;
  for (const NewItem& item : items) names.insert(item.info.class_name);
  return {names.begin(), names.end()};
}

}  // namespace

EmbeddedGallery::EmbeddedGallery(std::unique_ptr<Store> store, std::filesystem::path folder,
                                 IndexFactory make_index, FileSystem& files)
    : folder_(std::move(folder)),
      make_index_(std::move(make_index)),
      files_(files),
      dimension_(store->dimension()),
      fingerprint_(store->encoder_fingerprint()),
      mode_(store->mode()),
      class_members_(std::make_unique<ClassMembers>(dimension_)),
      item_labels_(std::make_unique<ItemLabels>()),
      store_(std::move(store)) {
  // A reader may have opened the store before the snapshot was written.
  if (mode_ == StoreMode::kReadWrite) {
    require_not_behind_snapshot(*store_, snapshot_path(folder_));
  }
}

EmbeddedGallery::~EmbeddedGallery() {
  try {
    refresh_snapshot();
  } catch (const std::exception&) {  // NOLINT: see the header
  }
}

std::unique_ptr<VectorIndex> EmbeddedGallery::build_index(const Store& store) const {
  bool use_snapshot = false;
  {
    const std::lock_guard lock(index_mutex_);
    use_snapshot = !snapshot_is_useless_;
  }
  if (use_snapshot) {
    if (auto index = index_from_snapshot(store, snapshot_path(folder_))) return index;
    const std::lock_guard lock(index_mutex_);
    snapshot_is_useless_ = true;
  }
  return build_index_from(store);
}

std::unique_ptr<VectorIndex> EmbeddedGallery::build_index_from(const Store& store) const {
  std::unique_ptr<VectorIndex> index = make_index_(dimension_);
  rebuild_index(store, *index);
  return index;
}

std::vector<AddedItem> EmbeddedGallery::add(std::span<const NewItem> items,
                                            const EmbeddingBatch& embeddings) {
  if (embeddings.rows() != items.size() || embeddings.dimension() != dimension()) {
    throw Error(ErrorCode::kUsage, "can't add " + std::to_string(items.size()) + " items with " +
                                       std::to_string(embeddings.rows()) +
                                       " embeddings of dimension " +
                                       std::to_string(embeddings.dimension()) +
                                       " to a gallery of dimension " + std::to_string(dimension()));
  }
  const std::lock_guard change(change_mutex_);
  std::vector<AddedItem> added(items.size());
  std::vector<std::size_t> first(items.size());
  std::vector<NewItem> fresh;
  std::vector<std::size_t> fresh_positions;
  EmbeddingBatch fresh_embeddings(dimension());
  Deduplicator duplicates(*store_);
  for (std::size_t i = 0; i < items.size(); ++i) {
    first[i] = duplicates.first_of_call(items[i].info, i);
    if (first[i] != i) continue;
    if (const auto id = duplicates.stored(items[i].info)) {
      added[i] = {*id, false};
    } else {
      fresh.push_back(items[i]);
      fresh_positions.push_back(i);
      fresh_embeddings.append_unit(embeddings.row(i));
    }
  }
  const std::vector<ItemId> ids = store_->put(fresh, fresh_embeddings);
  const std::vector<std::string> changed = class_names_of(fresh);
  update_index(changed, [&](VectorIndex& index) { index.add(ids, fresh_embeddings); });

  for (std::size_t i = 0; i < ids.size(); ++i) added[fresh_positions[i]] = {ids[i], true};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (first[i] != i) added[i] = {added[first[i]].id, false};
  }
  return added;
}

// The change is durable, so a failure here must not look like a failed change: the index is dropped
// and the next search builds a new one, or fails.
void EmbeddedGallery::update_index(std::span<const std::string> class_names,
                                   const std::function<void(VectorIndex&)>& update) {
  class_members_->forget(class_names);
  const std::shared_ptr<VectorIndex> index = current_index();
  if (!index) return;
  try {
    update(*index);
  } catch (const std::exception&) {
    const std::lock_guard lock(index_mutex_);
    index_.reset();
  }
}

std::shared_ptr<VectorIndex> EmbeddedGallery::current_index() const {
  const std::lock_guard lock(index_mutex_);
  return index_;
}

std::shared_ptr<const VectorIndex> EmbeddedGallery::index() const {
  if (auto index = current_index()) return index;
  const std::lock_guard change(change_mutex_);  // the store must not move on while it is read
  return index_to_change();
}

std::shared_ptr<VectorIndex> EmbeddedGallery::index_to_change() const {
  if (auto index = current_index()) return index;
  std::shared_ptr<VectorIndex> built = build_index(*store_);
  const std::lock_guard lock(index_mutex_);
  index_ = std::move(built);
  return index_;
}

void EmbeddedGallery::discard_index(const std::shared_ptr<const VectorIndex>& index) const {
  const std::lock_guard lock(index_mutex_);
  snapshot_is_useless_ = true;
  if (index_ == index) index_.reset();
}

std::size_t EmbeddedGallery::erase(std::span<const ItemId> ids,
                                   std::span<const std::string> class_names) {
  const std::vector<ItemId> erased = store_->erase(ids);
  item_labels_->forget(erased);
  update_index(class_names, [&](VectorIndex& index) { index.remove(erased); });
  return erased.size();
}

std::size_t EmbeddedGallery::remove(std::span<const ItemId> ids) {
  const std::lock_guard change(change_mutex_);
  std::set<std::string> class_names;
  for (const auto& record : store_->get_many(ids)) {
    if (record) class_names.insert(record->info.class_name);
  }
  return erase(ids, std::vector<std::string>(class_names.begin(), class_names.end()));
}

std::size_t EmbeddedGallery::remove_class(std::string_view class_name) {
  const std::lock_guard change(change_mutex_);
  const std::string name(class_name);
  return erase(store_->items_of(name), std::span(&name, 1));
}

}  // namespace simdb
