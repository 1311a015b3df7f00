#include <algorithm>

#include "index/partition_search_internal.h"

namespace simdb {
namespace {

// So few ids are looked up one by one whatever the index is like.
constexpr std::size_t kFew = 64;
// A filter that lets one row of so many pass finds enough near the query without knowing where they
// are.
constexpr std::size_t kSparse = 32;

}  // namespace

SearchScope::SearchScope(const IdFilter& filter, const IndexState& state,
                         const std::function<const IdLocator&()>& locator)
    : filter_(filter) {
  if (filter.all()) return;
  const std::span<const ItemId> ids = filter.ids();
  const std::size_t partitions = state.partitions.size();
  few_ = ids.size() <= std::max(kFew, partitions);
  if (!few_ && ids.size() >= state.rows / kSparse) return;
  if (!few_) touched_.resize(partitions);
  const IdLocator& places = locator();
  for (const ItemId id : ids) {
    const RowLocation location = places.find(id);
    if (location.absent()) continue;
    if (few_) {
      rows_.push_back(location);
    } else {
      touched_[location.partition] = true;
    }
  }
}

}  // namespace simdb
