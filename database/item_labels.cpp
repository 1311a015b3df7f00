#include <algorithm>
#include <optional>
#include <utility>

#include "database/item_labels_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::uint64_t kIdsPerPage = 256;
// A page takes as long to read as some thirty records: a process that asks a question or two reads
// their records alone.
constexpr std::size_t kRecordsBeforePages = 256;
// What a page takes beside its texts: its entry in a map and itself.
constexpr std::size_t kPageBytes = 128;

}  // namespace

class ItemLabels::Page {
 public:
  // `item` is the position of its id in the page; they come in ascending order.
  void append(std::uint64_t item, const ItemInfo& info) {
    ends_.resize(2 * item, text_.size());
    for (const std::string* part : {&info.class_name, &info.source}) {
      text_ += *part;
      ends_.push_back(text_.size());
    }
    has_details_.resize(item, false);
    has_details_.push_back(!info.key.empty() || !info.metadata.empty());
    ++items_;
  }
  std::string_view class_name(std::uint64_t item) const { return part(2 * item); }
  std::string_view source(std::uint64_t item) const { return part(2 * item + 1); }
  bool has_details(std::uint64_t item) const {
    return item < has_details_.size() && has_details_[item];
  }
  std::size_t items() const { return items_; }
  std::size_t bytes() const {
    return kPageBytes + text_.capacity() + ends_.capacity() * sizeof(ends_[0]) +
           has_details_.capacity() / 8;
  }
  void shrink() {
    text_.shrink_to_fit();
    ends_.shrink_to_fit();
    has_details_.shrink_to_fit();
  }

 private:
  std::string_view part(std::uint64_t index) const {
    if (index >= ends_.size()) return {};
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
  }

  std::string text_;               // class, source, class, source ...
  std::vector<std::size_t> ends_;  // of these in text_
  std::vector<bool> has_details_;  // by item
  std::size_t items_ = 0;
};

// A hit that is not remembered.
struct ItemLabels::Miss {
  std::size_t hit;
  std::uint64_t page;
};

std::vector<LabeledNeighbor> ItemLabels::of(const Store& store,
                                            std::span<const Neighbor> neighbors) {
  std::vector<LabeledNeighbor> hits;
  hits.reserve(neighbors.size());
  for (const Neighbor& neighbor : neighbors)
    hits.push_back({neighbor.id, neighbor.similarity, {}, {}});
  std::uint64_t ids_per_page = 0;
  std::uint64_t changes_before = 0;
  const auto describe = [&](LabeledNeighbor& hit, const Page& page) {
    const std::uint64_t item = to_number(hit.id) % ids_per_page;
    hit.class_name = page.class_name(item);
    hit.source = page.source(item);
    hit.has_details = page.has_details(item);
    return !hit.class_name.empty();  // no class has an empty name
  };

  std::vector<std::shared_ptr<const Page>> known;
  known.reserve(hits.size());
  {
    const std::lock_guard lock(mutex_);
    choose_page_size(store);
    ids_per_page = ids_per_page_;
    changes_before = changes_;
    for (const auto& hit : hits) known.push_back(find(to_number(hit.id) / ids_per_page));
  }
  std::vector<Miss> misses;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (known[i] && describe(hits[i], *known[i])) continue;
    misses.push_back({i, to_number(hits[i].id) / ids_per_page});
  }
  if (misses.empty()) return hits;

  std::vector<std::uint64_t> numbers;
  numbers.reserve(misses.size());
  for (const Miss& miss : misses) numbers.push_back(miss.page);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  const auto pages = read_pages(store, numbers, ids_per_page);
  bool some_are_gone = false;
  for (const Miss& miss : misses) {
    LabeledNeighbor& hit = hits[miss.hit];
    const auto place =
        std::lower_bound(numbers.begin(), numbers.end(), miss.page) - numbers.begin();
    if (describe(hit, *pages[static_cast<std::size_t>(place)])) continue;
    if (store.embedding(hit.id)) {
      throw Error(ErrorCode::kCorruption,
                  "item " + std::to_string(to_number(hit.id)) +
                      " has an embedding but no record; restore the database from a copy");
    }
    some_are_gone = true;
  }
  if (some_are_gone) {
    std::erase_if(hits, [](const LabeledNeighbor& hit) { return hit.class_name.empty(); });
  }
  const std::lock_guard lock(mutex_);
  if (ids_per_page == 1) records_read_ += numbers.size();
  // Else it is good for this call, but maybe not for the next.
  if (changes_ == changes_before && ids_per_page_ == ids_per_page) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      keep(numbers[i], pages[i]);
      if (ids_per_page == 1) continue;
      page_items_ += pages[i]->items();
      page_bytes_ += pages[i]->bytes();
    }
  }
  return hits;
}

std::vector<std::shared_ptr<const ItemLabels::Page>> ItemLabels::read_pages(
    const Store& store, std::span<const std::uint64_t> numbers, std::uint64_t ids_per_page) {
  std::vector<std::shared_ptr<const Page>> pages;
  pages.reserve(numbers.size());
  if (ids_per_page == 1) {
    std::vector<ItemId> ids;
    ids.reserve(numbers.size());
    for (const std::uint64_t number : numbers) ids.push_back(ItemId{number});
    for (const auto& record : store.get_many(ids)) {
      Page page;
      if (record) page.append(0, record->info);
      pages.push_back(std::make_shared<const Page>(std::move(page)));
    }
    return pages;
  }
  for (const std::uint64_t number : numbers) {
    Page page;
    const std::uint64_t first = number * ids_per_page;
    store.for_each_item_from(ItemId{first}, [&](const ItemRecord& record) {
      const std::uint64_t item = to_number(record.id) - first;
      if (item >= ids_per_page) return false;
      page.append(item, record.info);
      return true;
    });
    page.shrink();
    pages.push_back(std::make_shared<const Page>(std::move(page)));
  }
  return pages;
}

void ItemLabels::choose_page_size(const Store& store) {
  const bool all_fits = store.size() <= max_bytes_ / 2 / (page_bytes_ / page_items_);
  const std::uint64_t chosen = records_read_ >= kRecordsBeforePages && all_fits ? kIdsPerPage : 1;
  if (chosen == ids_per_page_) return;
  ids_per_page_ = chosen;
  young_.clear();
  old_.clear();
  young_bytes_ = 0;
}

std::shared_ptr<const ItemLabels::Page> ItemLabels::find(std::uint64_t number) {
  if (const auto found = young_.find(number); found != young_.end()) return found->second;
  const auto found = old_.find(number);
  if (found == old_.end()) return nullptr;
  auto page = std::move(found->second);
  old_.erase(found);
  keep(number, page);
  return page;
}

void ItemLabels::keep(std::uint64_t number, const std::shared_ptr<const Page>& page) {
  const std::size_t bytes = page->bytes();
  if (young_bytes_ + bytes > max_bytes_ / 2) {
    old_ = std::exchange(young_, {});
    young_bytes_ = 0;
  }
  if (young_.try_emplace(number, page).second) young_bytes_ += bytes;
}

void ItemLabels::forget(std::span<const ItemId> ids) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  for (const ItemId id : ids) {
    const std::uint64_t number = to_number(id) / ids_per_page_;
    old_.erase(number);
    const auto found = young_.find(number);
    if (found == young_.end()) continue;
    young_bytes_ -= found->second->bytes();
    young_.erase(found);
  }
}

}  // namespace simdb
