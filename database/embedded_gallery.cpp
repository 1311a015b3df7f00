#include "database/embedded_gallery.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "database/addition_plan.h"
#include "database/class_members_internal.h"
#include "database/index_snapshot_internal.h"
#include "database/item_labels_internal.h"
#include "database/layout.h"
#include "database/recovery_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

std::vector<ImageFile> images_of(std::span<const NewItem> items) {
  std::vector<ImageFile> images;
  for (const NewItem& item : items) {
    if (!item.image.empty()) images.push_back({item.info.digest, item.image});
  }
  return images;
}

class ItemsOfStore final : public StoredItems {
 public:
  explicit ItemsOfStore(const Store& store) : store_(store) {}

  std::vector<std::optional<ItemRecord>> with_keys(
      std::span<const std::string_view> keys) const override {
    std::vector<std::optional<ItemRecord>> items;
    items.reserve(keys.size());
    for (const std::string_view key : keys) {
      const auto id = store_.find_key(key);
      items.push_back(id ? store_.get(*id) : std::nullopt);
    }
    return items;
  }

  // Thousands may have the same file: they are read once per call, and not for a class that is new.
  std::vector<ItemRecord> with_images(std::span<const ImageOfClass> images) const override {
    std::map<std::string_view, bool> has_items;
    std::vector<Sha256> digests;
    for (const ImageOfClass& image : images) {
      const auto [known, is_first] = has_items.try_emplace(image.class_name);
      if (is_first) known->second = store_.class_size(image.class_name) > 0;
      if (known->second) digests.push_back(image.digest);
    }
    std::sort(digests.begin(), digests.end());
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
    std::vector<ItemRecord> items;
    for (const std::vector<ItemId>& ids : store_.find_digests(digests)) {
      for (auto& record : store_.get_many(ids)) {
        if (record) items.push_back(*std::move(record));
      }
    }
    return items;
  }

 private:
  const Store& store_;
};

}  // namespace

EmbeddedGallery::EmbeddedGallery(std::unique_ptr<Store> store, std::filesystem::path folder,
                                 IndexFactory make_index, FileSystem& files)
    : folder_(std::move(folder)),
      make_index_(std::move(make_index)),
      files_(files),
      dimension_(store->dimension()),
      fingerprint_(store->encoder_fingerprint()),
      space_(store->space()),
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
  require_addable(items, embeddings, dimension());
  const std::vector<ImageFile> images = images_of(items);
  const std::lock_guard change(change_mutex_);
  AdditionPlan plan = plan_addition(ItemsOfStore(*store_), items);
  std::vector<NewItem> fresh;
  EmbeddingBatch fresh_embeddings(dimension());
  for (const std::size_t i : plan.fresh) {
    fresh.push_back({items[i].info, items[i].thumbnail});
    fresh_embeddings.append_unit(embeddings.row(i));
  }
  std::vector<ItemId> ids;
  {
    // Answers see what takes the place of something else as one change.
    std::unique_lock no_answers(state_mutex_, std::defer_lock);
    if (!plan.replaced.empty() || !plan.updates.empty()) no_answers.lock();
    ids = store_->put(fresh, fresh_embeddings, plan.replaced, plan.updates, images);
    StaleItems stale;
    std::vector<ItemId> gone;
    for (std::size_t i = 0; i < ids.size(); ++i) stale.note(ids[i], fresh[i].info);
    for (const ItemRecord& record : plan.replaced) {
      stale.note(record.id, record.info);
      gone.push_back(record.id);
    }
    for (const ItemUpdate& update : plan.updates) {
      stale.note(update.item.id, update.item.info, changed(update.item.info, update.change));
    }
    forget(stale);
    update_index([&](VectorIndex& index) {
      index.remove(gone);
      index.add(ids, fresh_embeddings);
    });
  }

  return added_items(std::move(plan), ids);
}

// The change is durable, so a failure here must not look like a failed change: the index is dropped
// and the next search builds a new one, or fails.
void EmbeddedGallery::update_index(const std::function<void(VectorIndex&)>& update) {
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

void EmbeddedGallery::forget(const StaleItems& stale) {
  item_labels_->forget(stale.ids);
  class_members_->forget(stale);
}

std::size_t EmbeddedGallery::erase(std::span<const ItemId> ids) {
  StaleItems stale;
  const std::vector<ItemId> erased =
      store_->erase(ids, [&](const ItemRecord& before) { stale.note(before.id, before.info); });
  forget(stale);
  update_index([&](VectorIndex& index) { index.remove(erased); });
  return erased.size();
}

std::size_t EmbeddedGallery::remove(std::span<const ItemId> ids) {
  const std::lock_guard change(change_mutex_);
  return erase(ids);
}

std::size_t EmbeddedGallery::remove_class(std::string_view class_name) {
  const std::lock_guard change(change_mutex_);
  return erase(store_->items_of(class_name));
}

std::size_t EmbeddedGallery::change(std::span<const ItemId> ids, const ItemChange& wanted) {
  // Else an answer could hold hits of before and after.
  const std::unique_lock no_answers(state_mutex_);
  StaleItems stale;
  const std::vector<ItemId> found = store_->update(ids, wanted, [&](const ItemRecord& before) {
    stale.note(before.id, before.info, changed(before.info, wanted));
  });
  forget(stale);
  return found.size();
}

std::size_t EmbeddedGallery::update(std::span<const ItemId> ids, const ItemChange& change) {
  const std::lock_guard lock(change_mutex_);
  return this->change(ids, change);
}

std::size_t EmbeddedGallery::rename_class(std::string_view from, std::string_view to) {
  const std::lock_guard lock(change_mutex_);
  return change(store_->items_of(from), {.class_name = std::string(to)});
}

void EmbeddedGallery::set_setting(std::string_view name, std::string_view value) {
  const std::lock_guard lock(change_mutex_);
  store_->set_setting(name, value);
}

}  // namespace simdb
