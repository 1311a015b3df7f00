#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/fair_shared_mutex.h"
#include "core/file_system.h"
#include "index/vector_index.h"
#include "simdb/gallery.h"
#include "storage/store.h"

namespace simdb {

class ClassMembers;
class ItemLabels;
class StaleItems;

/// Makes an empty index for embeddings of a dimension.
using IndexFactory = std::function<std::unique_ptr<VectorIndex>(std::size_t dimension)>;

/// make_index with its defaults.
inline std::unique_ptr<VectorIndex> make_default_index(std::size_t dimension) {
  return make_index(dimension);
}

/// A gallery in this process: the store is the truth, the index a copy of its embeddings, in memory
/// or mapped from a snapshot file beside the store.
/// Thread-safe. Changes run one after another; searches go on meanwhile, and wait only for the
/// first one to build the index, and in a reader while refresh() puts changes in place.
class EmbeddedGallery final : public Gallery {
 public:
  /// Takes over a store; the first search loads or builds the index. Throws Error(kCorruption) if
  /// a store opened for writing has lost changes that the snapshot has seen. `files` takes the
  /// snapshot and must outlive the gallery.
  explicit EmbeddedGallery(std::unique_ptr<Store> store, std::filesystem::path folder,
                           IndexFactory make_index = make_default_index,
                           FileSystem& files = system_files());
  /// Calls refresh_snapshot; a failure costs the next process time, nothing else.
  ~EmbeddedGallery() override;

  std::vector<AddedItem> add(std::span<const NewItem> items,
                             const EmbeddingBatch& embeddings) override;
  std::size_t remove(std::span<const ItemId> ids) override;
  std::size_t remove_class(std::string_view class_name) override;
  std::size_t update(std::span<const ItemId> ids, const ItemChange& change) override;
  std::size_t rename_class(std::string_view from, std::string_view to) override;
  void set_setting(std::string_view name, std::string_view value) override;
  std::string setting(std::string_view name) const override { return store()->setting(name); }
  std::map<std::string, std::string> settings() const override { return store()->settings(); }
  void set_sidecar(std::string_view name, std::span<const std::byte> bytes) override;
  std::optional<std::vector<std::byte>> sidecar(std::string_view name) const override;
  std::string place() const override { return folder_.string(); }
  ItemId next_id() const override { return store()->next_id(); }

  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const override;
  std::optional<ItemId> find_key(std::string_view key) const override;
  std::vector<ItemId> find_digest(const Sha256& digest) const override;
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const override;
  std::vector<std::byte> thumbnail(ItemId id) const override;
  std::vector<std::byte> image(const Sha256& digest) const override;
  std::uint64_t image_size(const Sha256& digest) const override;
  KeptImages kept_images() const override;
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const SearchFilter& filter = {}) const override;
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  const SearchFilter& filter = {}) const override;
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const SearchFilter& filter = {}) const override;
  std::vector<GroupBest> best_of_groups(std::span<const float> query, const GroupedItems& items,
                                        std::span<const std::uint32_t> without) const override;
  std::vector<LabeledNeighbor> look_up(std::span<const float> query,
                                       const Lookup& lookup) const override;
  std::vector<std::vector<LabeledNeighbor>> look_up_batch(const EmbeddingBatch& queries,
                                                          const Lookup& lookup) const override;
  std::vector<ClassCount> classes() const override;
  std::uint64_t class_size(std::string_view class_name) const override;
  std::vector<ItemId> items_of(std::string_view class_name) const override;
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override;
  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const override;
  void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const override;
  GalleryStats stats() const override;
  const std::string& encoder_fingerprint() const noexcept override;
  const std::string& space() const noexcept override { return space_; }

  std::size_t dimension() const noexcept override { return dimension_; }
  std::vector<std::byte> encoder_model() const override { return store()->encoder_model(); }
  std::uint64_t changes() const override { return store()->changes(); }
  std::optional<ItemHistory> changes_since(std::uint64_t change,
                                           std::size_t limit = SIZE_MAX) const override {
    return store()->changes_since(change, limit);
  }
  std::optional<std::uint64_t> change_mark(std::uint64_t change) const override {
    return store()->mark_of(change);
  }
  /// Reads what was added and removed since; where that is much, or the store has forgotten it,
  /// makes another index beside the searches. Reopens the store, which takes milliseconds and,
  /// while a writer has not flushed its log of up to 64 MB, the time to read that.
  bool refresh() override;

  /// Takes over what became of the gallery that this one follows: see Store::follow.
  void follow(const FollowedChanges& changes);

  /// The contradictions inside the store and between it, the index and the snapshot, which is read
  /// anew. Searches wait only if there is no index yet.
  std::vector<std::string> verify() const override;
  std::vector<std::string> verify_searches() const override;
  using Gallery::back_up;
  BackupReport back_up(
      const ByteSink& sink, const std::function<void()>& check = [] {}) const override;

  /// Saves the index for later processes if the gallery is large and much has changed since that
  /// was last done; returns whether. May have to build the index first. Does nothing in a gallery
  /// opened for reading. Throws Error(kIo) if the file can't be written; what was there is kept.
  bool refresh_snapshot();
  /// Errors also as rebuild_index.
  ReindexReport reindex() override;
  CompactReport compact(const std::function<void()>& check = [] {}) override;

 private:
  // What an answer is made of: one state, which refresh() does not replace meanwhile.
  struct View {
    std::shared_lock<FairSharedMutex> lock;
    std::shared_ptr<const Store> store;
    std::shared_ptr<const VectorIndex> index;
  };
  View view() const;
  View view_without_index() const;
  std::shared_ptr<const Store> store() const;

  std::unique_ptr<VectorIndex> build_index(const Store& store) const;
  std::unique_ptr<VectorIndex> build_index_from(const Store& store) const;
  std::vector<std::string> verify_snapshot() const;      // needs change_mutex_
  bool snapshot_is_old() const;                          // needs change_mutex_
  ReindexReport rebuild();                               // needs change_mutex_
  std::uint64_t save(const VectorIndex& index);          // needs change_mutex_; returns bytes
  std::shared_ptr<VectorIndex> index_to_change() const;  // needs change_mutex_
  std::shared_ptr<VectorIndex> current_index() const;
  void discard_index(const std::shared_ptr<const VectorIndex>& index) const;
  // Lets the index follow a change that the store has acknowledged.
  void update_index(const std::function<void(VectorIndex&)>& update);
  void forget(const StaleItems& stale);
  // The index, built if need be. It may be replaced by another any time later.
  std::shared_ptr<const VectorIndex> index() const;
  // These need change_mutex_.
  std::size_t erase(std::span<const ItemId> ids);
  std::size_t change(std::span<const ItemId> ids, const ItemChange& wanted);
  // finish(view, search(index, ids that pass the filter)); searches once more if the saved index
  // proves damaged.
  template <typename Search, typename Finish>
  auto with_filter(const SearchFilter& filter, Search&& search, Finish&& finish) const;
  std::vector<LabeledNeighbor> label(const View& view, std::span<const float> query,
                                     std::span<const Neighbor> found) const;

  const std::filesystem::path folder_;
  const IndexFactory make_index_;
  FileSystem& files_;

  const std::size_t dimension_;
  const std::string fingerprint_;
  const std::string space_;
  const StoreMode mode_;

  // Lock order: change_mutex_, state_mutex_, index_mutex_.
  mutable std::mutex change_mutex_;  // one change or refresh at a time; its holder may read store_
  // Shared by answers; a refresh has it alone while it replaces the state. Guards these:
  mutable FairSharedMutex state_mutex_;
  std::unique_ptr<ClassMembers> class_members_;
  std::unique_ptr<ItemLabels> item_labels_;
  mutable std::mutex index_mutex_;              // guards what follows, not what it points to
  std::shared_ptr<Store> store_;                // replaced only by refresh()
  mutable std::shared_ptr<VectorIndex> index_;  // null: not needed yet, or it missed a change
  mutable bool snapshot_is_useless_ = false;    // as loading it or a search found
};

}  // namespace simdb
