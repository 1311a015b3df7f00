#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/embedding.h"
#include "core/id_filter.h"
#include "core/item.h"

namespace simdb {

/// What became of one item of an add.
struct AddedItem {
  ItemId id{};
  bool is_new =
      true;  ///< false: the same file (digest, source and class) was there already under this id
};

struct GalleryStats {
  std::uint64_t items = 0;
  std::uint64_t classes = 0;
  std::size_t dimension = 0;
  std::string encoder_fingerprint;
  std::uint64_t disk_bytes = 0;
};

/// What building the index anew made.
struct ReindexReport {
  std::uint64_t items = 0;
  std::uint64_t snapshot_bytes = 0;
};

/// What a vote needs to know of a class; see core/vote.h.
struct ClassSummary {
  std::uint64_t items = 0;  ///< 0 if there is no such class
  /// The direction of the mean of its embeddings, added up in ascending order of id. Null if
  /// !mean_is_heard(0, items) or if they cancel each other out.
  std::shared_ptr<const Embedding> mean;
};

/// Which items a search may return: those that pass every filter given. Searches stay exact, and
/// get faster as fewer items pass.
struct SearchFilter {
  std::string class_name = {};  ///< items of this class; empty = all
  IdFilter ids = {};            ///< these items
};

/// The reference items and their search: the port behind which a database keeps them (embedded
/// here; a server later). Thread-safe. Errors as Store's.
class Gallery {
 public:
  virtual ~Gallery() = default;

  /// Stores all new items or none; durable when it returns. An item whose digest, source and class
  /// are stored already is not stored twice (items without a source are always new). Results are in
  /// the order of `items`.
  virtual std::vector<AddedItem> add(std::span<const NewItem> items,
                                     const EmbeddingBatch& embeddings) = 0;
  /// Removes those that exist, in one step; returns how many did.
  virtual std::size_t remove(std::span<const ItemId> ids) = 0;
  /// Removes all items of a class in one step; returns how many there were.
  virtual std::size_t remove_class(std::string_view class_name) = 0;

  virtual std::optional<ItemRecord> get(ItemId id) const = 0;
  virtual std::optional<Embedding> embedding(ItemId id) const = 0;
  virtual std::vector<std::byte> thumbnail(ItemId id) const = 0;
  /// The k nearest items in the order of ranks_before; fewer if there are fewer. The searches
  /// throw Error(kUsage) if k is 0 or the query has not the gallery's dimension and unit length.
  virtual std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                                       const SearchFilter& filter = {}) const = 0;
  /// The same for every row of `queries`, on all cores.
  virtual std::vector<std::vector<Neighbor>> search_batch(
      const EmbeddingBatch& queries, std::size_t k, const SearchFilter& filter = {}) const = 0;
  /// All items whose similarity is at least `min_similarity`, in the order of ranks_before.
  virtual std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                             const SearchFilter& filter = {}) const = 0;
  /// In byte order of the names, none empty.
  virtual std::vector<ClassCount> classes() const = 0;
  /// How many items a class has; 0 if there is no such class.
  virtual std::uint64_t class_size(std::string_view class_name) const = 0;
  /// The same and the direction of its mean.
  virtual ClassSummary class_summary(std::string_view class_name) const = 0;
  /// Calls with every record, or every embedding, in ascending order of id until the callback
  /// returns false. Each call of these sees one state of the gallery.
  virtual void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const = 0;
  virtual void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const = 0;
  virtual GalleryStats stats() const = 0;
  virtual const std::string& encoder_fingerprint() const noexcept = 0;
};

}  // namespace simdb
