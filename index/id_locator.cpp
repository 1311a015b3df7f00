#include "index/id_locator_internal.h"

namespace simdb {

void IdLocator::set(ItemId id, RowLocation location) {
  std::unique_ptr<Page>& page = pages_[to_number(id) / kPageIds];
  if (!page) page = std::make_unique<Page>();
  RowLocation& entry = page->locations[to_number(id) % kPageIds];
  if (entry.absent()) ++page->present;
  entry = location;
}

void IdLocator::erase(ItemId id) {
  const auto page = pages_.find(to_number(id) / kPageIds);
  if (page == pages_.end()) return;
  RowLocation& entry = page->second->locations[to_number(id) % kPageIds];
  if (entry.absent()) return;
  entry = {};
  if (--page->second->present == 0) pages_.erase(page);
}

RowLocation IdLocator::find(ItemId id) const {
  const auto page = pages_.find(to_number(id) / kPageIds);
  return page == pages_.end() ? RowLocation() : page->second->locations[to_number(id) % kPageIds];
}

}  // namespace simdb
