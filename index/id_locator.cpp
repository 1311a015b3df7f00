#include "index/id_locator_internal.h"

namespace simdb {

void IdLocator::set(ItemId id, std::uint32_t partition) {
  std::unique_ptr<Page>& page = pages_[to_number(id) / kPageIds];
  if (!page) {
    page = std::make_unique<Page>();
    page->partitions.fill(kAbsent);
  }
  std::uint32_t& entry = page->partitions[to_number(id) % kPageIds];
  if (entry == kAbsent) ++page->present;
  entry = partition;
}

void IdLocator::erase(ItemId id) {
  const auto page = pages_.find(to_number(id) / kPageIds);
  if (page == pages_.end()) return;
  std::uint32_t& entry = page->second->partitions[to_number(id) % kPageIds];
  if (entry == kAbsent) return;
  entry = kAbsent;
  if (--page->second->present == 0) pages_.erase(page);
}

std::uint32_t IdLocator::find(ItemId id) const {
  const auto page = pages_.find(to_number(id) / kPageIds);
  return page == pages_.end() ? kAbsent : page->second->partitions[to_number(id) % kPageIds];
}

}  // namespace simdb
