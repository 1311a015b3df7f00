#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "database/embedded_gallery.h"
#include "simdb/gallery.h"

namespace simdb {

struct ReplicaOptions {
  /// Where the copy is kept, so that the next start takes over only what came since; its parent
  /// must exist. One replica at a time uses it. Empty: a temporary one.
  std::filesystem::path folder = {};
  IndexFactory make_index = make_default_index;
  /// Called often while much is copied; what it throws ends that.
  std::function<void()> check = [] {};
};

/// A gallery that answers from a copy in this process and follows the one that it copies, its
/// original, which may be far away: a query costs what it costs in an EmbeddedGallery. The copy has
/// the original's ids, times, order and changes. refresh() takes over what is new there; changes
/// made here go to the original and are seen here when they return. Image files stay with the
/// original. Thread-safe. Where the original can't be reached changes and refresh() throw what it
/// throws, and answers go on from what was copied.
class ReplicaGallery final : public Gallery {
 public:
  /// Copies what is not copied yet. `original` must be thread-safe and see all that was
  /// acknowledged, if it is a reader after a refresh(), which is left to this. Throws Error(kUsage)
  /// if there is anything but a copy in the folder, Error(kBusy) if another replica uses it.
  explicit ReplicaGallery(std::shared_ptr<Gallery> original, ReplicaOptions options = {});
  ReplicaGallery(const ReplicaGallery&) = delete;
  ReplicaGallery& operator=(const ReplicaGallery&) = delete;
  /// Saves the index for the next start.
  ~ReplicaGallery() override;

  /// Takes over what was acknowledged before the call, which takes two questions to the original
  /// where there is nothing. Where it has forgotten what came since, or an older copy was put in
  /// its place, all is copied anew, and answers go on from the old state meanwhile.
  bool refresh() override;

  // What the original does; then it is seen here, unless taking it over fails: refresh() does it.
  std::vector<AddedItem> add(std::span<const NewItem> items,
                             const EmbeddingBatch& embeddings) override;
  std::size_t remove(std::span<const ItemId> ids) override;
  std::size_t remove_class(std::string_view class_name) override;
  std::size_t update(std::span<const ItemId> ids, const ItemChange& change) override;
  std::size_t rename_class(std::string_view from, std::string_view to) override;
  void set_setting(std::string_view name, std::string_view value) override;

  // The original's.
  void set_sidecar(std::string_view name, std::span<const std::byte> bytes) override {
    original_->set_sidecar(name, bytes);
  }
  std::optional<std::vector<std::byte>> sidecar(std::string_view name) const override {
    return original_->sidecar(name);
  }
  std::string place() const override { return original_->place(); }

  // What the copy answers.
  std::string setting(std::string_view name) const override { return copy()->setting(name); }
  std::map<std::string, std::string> settings() const override { return copy()->settings(); }
  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const override {
    return copy()->get_many(ids);
  }
  std::optional<ItemId> find_key(std::string_view key) const override {
    return copy()->find_key(key);
  }
  std::vector<ItemId> find_digest(const Sha256& digest) const override {
    return copy()->find_digest(digest);
  }
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const override {
    return copy()->embeddings(ids);
  }
  std::vector<std::byte> thumbnail(ItemId id) const override { return copy()->thumbnail(id); }
  ItemId next_id() const override { return copy()->next_id(); }
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const SearchFilter& filter = {}) const override {
    return copy()->search(query, k, filter);
  }
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  const SearchFilter& filter = {}) const override {
    return copy()->search_batch(queries, k, filter);
  }
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const SearchFilter& filter = {}) const override {
    return copy()->range_search(query, min_similarity, filter);
  }
  std::vector<GroupBest> best_of_groups(std::span<const float> query, const GroupedItems& items,
                                        std::span<const std::uint32_t> without) const override {
    return copy()->best_of_groups(query, items, without);
  }
  std::vector<LabeledNeighbor> look_up(std::span<const float> query,
                                       const Lookup& lookup) const override {
    return copy()->look_up(query, lookup);
  }
  std::vector<std::vector<LabeledNeighbor>> look_up_batch(const EmbeddingBatch& queries,
                                                          const Lookup& lookup) const override {
    return copy()->look_up_batch(queries, lookup);
  }
  std::vector<ClassCount> classes() const override { return copy()->classes(); }
  std::uint64_t class_size(std::string_view class_name) const override {
    return copy()->class_size(class_name);
  }
  std::vector<ItemId> items_of(std::string_view class_name) const override {
    return copy()->items_of(class_name);
  }
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override {
    return copy()->items_after(after, limit, filter);
  }
  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const override {
    copy()->for_each_item(visit);
  }
  void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const override {
    copy()->for_each_embedding(visit);
  }
  /// `disk_bytes` are those of the copy.
  GalleryStats stats() const override { return copy()->stats(); }
  std::size_t dimension() const noexcept override { return original_->dimension(); }
  const std::string& encoder_fingerprint() const noexcept override {
    return original_->encoder_fingerprint();
  }
  std::vector<std::byte> encoder_model() const override { return copy()->encoder_model(); }
  const std::string& space() const noexcept override { return original_->space(); }
  /// The number of the original's change that was taken over last.
  std::uint64_t changes() const override { return copy()->changes(); }
  /// The original is asked for what the copy has not seen itself.
  std::optional<ItemHistory> changes_since(std::uint64_t change,
                                           std::size_t limit = SIZE_MAX) const override;
  std::optional<std::uint64_t> change_mark(std::uint64_t change) const override;
  std::vector<std::string> verify_searches() const override { return copy()->verify_searches(); }
  /// Of the copy.
  ReindexReport reindex() override { return copy()->reindex(); }

  /// Checks both.
  std::vector<std::string> verify() const override;

  // What the original answers.
  std::vector<std::byte> image(const Sha256& digest) const override {
    return original_->image(digest);
  }
  std::uint64_t image_size(const Sha256& digest) const override {
    return original_->image_size(digest);
  }
  KeptImages kept_images() const override { return original_->kept_images(); }
  using Gallery::back_up;
  BackupReport back_up(
      const ByteSink& sink, const std::function<void()>& check = [] {}) const override {
    return original_->back_up(sink, check);
  }
  CompactReport compact(const std::function<void()>& check = [] {}) override {
    return original_->compact(check);
  }

 private:
  struct Folder;
  struct Copy;

  std::shared_ptr<EmbeddedGallery> copy() const;
  bool take_over();  // needs pull_mutex_
  void copy_anew();  // needs pull_mutex_
  void see_own() noexcept;
  bool is_at(const EmbeddedGallery& copy) const;
  std::shared_ptr<Copy> open_kept(const std::filesystem::path& folder) const;
  std::shared_ptr<Copy> load(const std::filesystem::path& folder) const;
  std::shared_ptr<Copy> complete(std::unique_ptr<Store> store,
                                 const std::filesystem::path& folder) const;

  const std::shared_ptr<Gallery> original_;
  const ReplicaOptions options_;
  const std::unique_ptr<const Folder> folder_;  // outlives what is open in it
  std::mutex pull_mutex_;                       // one at a time takes over
  std::uint64_t number_ = 0;                    // of the copy's folder; guarded by pull_mutex_
  mutable std::mutex copy_mutex_;               // guards the pointer
  std::shared_ptr<Copy> copy_;
};

}  // namespace simdb
