#include "database/item_selection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/item_update.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::uint64_t kPageItems = 1000;

// Takes those conditions out of `filter` that a gallery looks for anew for each page.
std::vector<MetadataCondition> take_unindexed(SearchFilter& filter) {
  std::vector<MetadataCondition> taken;
  std::erase_if(filter.where, [&](const MetadataCondition& condition) {
    if (condition.comparison == Comparison::kEqual) return false;
    taken.push_back(condition);
    return true;
  });
  return taken;
}

}  // namespace

bool ItemSelection::is_all() const {
  return filter.class_names.empty() && filter.ids.all() && filter.where.empty() &&
         after == ItemId{} && limit == UINT64_MAX;
}

void for_each_page(const Gallery& gallery, const ItemSelection& selection,
                   const std::function<bool(std::span<const ItemRecord>)>& visit) {
  SearchFilter filter = selection.filter;
  const std::vector<MetadataCondition> others = take_unindexed(filter);
  ItemId last = selection.after;
  for (std::uint64_t left = selection.limit; left > 0;) {
    const std::uint64_t wanted = others.empty() ? std::min(left, kPageItems) : kPageItems;
    std::vector<ItemRecord> page =
        gallery.items_after(last, static_cast<std::size_t>(wanted), filter);
    if (page.empty()) return;
    last = page.back().id;
    std::erase_if(page,
                  [&](const ItemRecord& item) { return !passes(item.info.metadata, others); });
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), left)));
    left -= page.size();
    if (!page.empty() && !visit(page)) return;
  }
}

std::vector<Embedding> embeddings_of(const Gallery& gallery, std::span<const ItemRecord> items) {
  const std::vector<ItemId> ids = ids_of(items);
  std::vector<Embedding> embeddings;
  embeddings.reserve(ids.size());
  for (auto& embedding : gallery.embeddings(ids)) {
    if (!embedding) {
      throw Error(ErrorCode::kCorruption, "item " +
                                              std::to_string(to_number(ids[embeddings.size()])) +
                                              " has no vector; run 'simdb verify'");
    }
    embeddings.push_back(*std::move(embedding));
  }
  return embeddings;
}

void for_each_row(const Gallery& gallery, const ItemSelection& selection,
                  const std::function<bool(ItemId, std::span<const float>)>& visit) {
  if (selection.is_all()) {
    gallery.for_each_embedding(visit);
    return;
  }
  for_each_page(gallery, selection, [&](std::span<const ItemRecord> page) {
    const std::vector<Embedding> embeddings = embeddings_of(gallery, page);
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (!visit(page[i].id, embeddings[i].values())) return false;
    }
    return true;
  });
}

void require_items(const Gallery& gallery, std::span<const ItemId> ids,
                   std::string_view consequence) {
  const auto records = gallery.get_many(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (records[i]) continue;
    throw Error(ErrorCode::kNotFound, "there is no item " + std::to_string(to_number(ids[i])) +
                                          "; " + std::string(consequence));
  }
}

std::uint64_t count_selected(const Gallery& gallery, const ItemSelection& selection) {
  if (selection.is_all()) return gallery.stats().items;
  std::uint64_t count = 0;
  for_each_page(gallery, selection, [&](std::span<const ItemRecord> page) {
    count += page.size();
    return true;
  });
  return count;
}

}  // namespace simdb
