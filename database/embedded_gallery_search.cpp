// What a gallery answers; nothing here changes it.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/parallel.h"
#include "database/class_members_internal.h"
#include "database/embedded_gallery.h"
#include "database/item_labels_internal.h"
#include "database/layout.h"
#include "simdb/classifier.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Queries whose hits a thread labels at a time.
constexpr std::size_t kQueriesAtOnce = 32;
// Records of a page that are read at a time.
constexpr std::size_t kRecordsAtOnce = 256;

// For searches whose result is the answer.
struct AsItIs {
  template <typename View, typename Found>
  Found operator()(const View& /*view*/, Found found) const {
    return found;
  }
};

}  // namespace

std::shared_ptr<const Store> EmbeddedGallery::store() const {
  const std::lock_guard lock(index_mutex_);
  return store_;
}

EmbeddedGallery::View EmbeddedGallery::view_without_index() const {
  std::shared_lock lock(state_mutex_);
  return {std::move(lock), store(), nullptr};
}

EmbeddedGallery::View EmbeddedGallery::view() const {
  for (;;) {
    // First, as it may have to wait for a change or a refresh.
    const std::shared_ptr<const VectorIndex> wanted = index();
    std::shared_lock lock(state_mutex_);
    const std::lock_guard guard(index_mutex_);
    if (index_ == wanted) return {std::move(lock), store_, wanted};
  }
}

template <typename Search, typename Finish>
auto EmbeddedGallery::with_filter(const SearchFilter& filter, Search&& search,
                                  Finish&& finish) const {
  std::shared_ptr<const VectorIndex> damaged;
  for (;;) {
    const View view = this->view();
    const IdFilter ids = class_members_->passing(*view.store, filter);
    std::optional<decltype(search(*view.index, ids))> found;
    try {
      found = search(*view.index, ids);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption || damaged) throw;
      damaged = view.index;
      discard_index(damaged);
    }
    if (found) return finish(view, *std::move(found));
  }
}

std::vector<Neighbor> EmbeddedGallery::search(std::span<const float> query, std::size_t k,
                                              const SearchFilter& filter) const {
  return with_filter(
      filter,
      [&](const VectorIndex& index, const IdFilter& ids) { return index.search(query, k, ids); },
      AsItIs());
}

std::vector<std::vector<Neighbor>> EmbeddedGallery::search_batch(const EmbeddingBatch& queries,
                                                                 std::size_t k,
                                                                 const SearchFilter& filter) const {
  return with_filter(
      filter,
      [&](const VectorIndex& index, const IdFilter& ids) {
        return index.search_batch(queries, k, core_count(), ids);
      },
      AsItIs());
}

std::vector<Neighbor> EmbeddedGallery::range_search(std::span<const float> query,
                                                    float min_similarity,
                                                    const SearchFilter& filter) const {
  return with_filter(
      filter,
      [&](const VectorIndex& index, const IdFilter& ids) {
        return index.range_search(query, min_similarity, ids);
      },
      AsItIs());
}

std::vector<GroupBest> EmbeddedGallery::best_of_groups(
    std::span<const float> query, const GroupedItems& items,
    std::span<const std::uint32_t> without) const {
  return with_filter(
      {},
      [&](const VectorIndex& index, const IdFilter& /*all*/) {
        return index.best_of_groups(query, items, without);
      },
      AsItIs());
}

std::vector<LabeledNeighbor> EmbeddedGallery::label(const View& view, std::span<const float> query,
                                                    std::span<const Neighbor> found) const {
  std::vector<LabeledNeighbor> hits = item_labels_->of(*view.store, found);
  describe_classes(query, hits, [&](std::string_view class_name, bool with_mean) {
    return with_mean ? class_members_->summary_of(*view.store, class_name)
                     : ClassSummary{class_members_->size_of(*view.store, class_name), nullptr};
  });
  return hits;
}

std::vector<LabeledNeighbor> EmbeddedGallery::look_up(std::span<const float> query,
                                                      const Lookup& lookup) const {
  return with_filter(
      lookup.filter,
      [&](const VectorIndex& index, const IdFilter& ids) {
        return lookup.within ? index.range_search(query, *lookup.within, ids)
                             : index.search(query, lookup.k, ids);
      },
      [&](const View& view, const std::vector<Neighbor>& found) {
        return label(view, query, found);
      });
}

std::vector<std::vector<LabeledNeighbor>> EmbeddedGallery::look_up_batch(
    const EmbeddingBatch& queries, const Lookup& lookup) const {
  std::vector<std::vector<LabeledNeighbor>> hits(queries.rows());
  const auto for_each_query = [&](const auto& work) {
    parallel_for(queries.rows(), kQueriesAtOnce, core_count(),
                 [&](std::size_t first, std::size_t last) {
                   for (std::size_t i = first; i < last; ++i) work(i);
                 });
  };
  return with_filter(
      lookup.filter,
      [&](const VectorIndex& index, const IdFilter& ids) {
        if (!lookup.within) return index.search_batch(queries, lookup.k, core_count(), ids);
        std::vector<std::vector<Neighbor>> found(queries.rows());
        for_each_query([&](std::size_t i) {
          found[i] = index.range_search(queries.row(i), *lookup.within, ids);
        });
        return found;
      },
      [&](const View& view, const std::vector<std::vector<Neighbor>>& found) {
        for_each_query([&](std::size_t i) { hits[i] = label(view, queries.row(i), found[i]); });
        return std::move(hits);
      });
}

std::vector<std::optional<ItemRecord>> EmbeddedGallery::get_many(
    std::span<const ItemId> ids) const {
  return store()->get_many(ids);
}

std::vector<std::optional<Embedding>> EmbeddedGallery::embeddings(
    std::span<const ItemId> ids) const {
  return store()->embeddings(ids);
}

std::vector<std::byte> EmbeddedGallery::thumbnail(ItemId id) const {
  return store()->thumbnail(id);
}

std::vector<std::byte> EmbeddedGallery::image(const Sha256& digest) const {
  return store()->image(digest);
}

std::uint64_t EmbeddedGallery::image_size(const Sha256& digest) const {
  return store()->image_size(digest);
}

KeptImages EmbeddedGallery::kept_images() const {
  KeptImages kept;
  store()->for_each_image_size([&](const Sha256&, std::uint64_t bytes) {
    ++kept.images;
    kept.bytes += bytes;
  });
  return kept;
}

std::optional<ItemId> EmbeddedGallery::find_key(std::string_view key) const {
  return store()->find_key(key);
}

std::vector<ItemId> EmbeddedGallery::find_digest(const Sha256& digest) const {
  return digest == Sha256{} ? std::vector<ItemId>() : store()->find_digest(digest);
}

std::vector<ClassCount> EmbeddedGallery::classes() const { return store()->classes(); }

std::uint64_t EmbeddedGallery::class_size(std::string_view class_name) const {
  return store()->class_size(class_name);
}

std::vector<ItemId> EmbeddedGallery::items_of(std::string_view class_name) const {
  return store()->items_of(class_name);
}

std::vector<ItemRecord> EmbeddedGallery::items_after(ItemId after, std::size_t limit,
                                                     const SearchFilter& filter) const {
  std::vector<ItemRecord> page;
  if (limit == 0 || to_number(after) == UINT64_MAX) return page;
  const View view = view_without_index();
  const IdFilter passing = class_members_->passing(*view.store, filter);
  if (passing.all()) {
    view.store->for_each_item_from(ItemId{to_number(after) + 1}, [&](const ItemRecord& record) {
      page.push_back(record);
      return page.size() < limit;
    });
    return page;
  }
  std::span<const ItemId> rest = passing.ids();
  rest = rest.subspan(
      static_cast<std::size_t>(std::upper_bound(rest.begin(), rest.end(), after) - rest.begin()));
  while (!rest.empty() && page.size() < limit) {
    const auto next = rest.first(std::min({rest.size(), kRecordsAtOnce, limit - page.size()}));
    for (auto& record : view.store->get_many(next)) {
      if (record) page.push_back(*std::move(record));
    }
    rest = rest.subspan(next.size());
  }
  return page;
}

void EmbeddedGallery::for_each_item(const std::function<bool(const ItemRecord&)>& visit) const {
  store()->for_each_item(visit);
}

void EmbeddedGallery::for_each_embedding(
    const std::function<bool(ItemId, std::span<const float>)>& visit) const {
  store()->for_each_embedding(visit);
}

GalleryStats EmbeddedGallery::stats() const {
  const std::shared_ptr<const Store> store = this->store();
  return {store->size(), store->classes().size(), dimension_,
          fingerprint_,  disk_bytes(folder_),     space_};
}

const std::string& EmbeddedGallery::encoder_fingerprint() const noexcept { return fingerprint_; }

}  // namespace simdb
