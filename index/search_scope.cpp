#include <algorithm>
#include <atomic>
#include <cstdint>

#include "index/partition_search_internal.h"

namespace simdb {
namespace {

// So few rows are copied whatever the index is like.
constexpr std::size_t kFew = 64;
// Where one row of so many passes, or fewer, they are copied at once: a search among all takes as
// long.
constexpr std::size_t kSparse = 2048;
// Where one row of so many passes, or fewer, a search among all goes on far beyond the rows near
// the query: to find the rows that pass takes less time than to look up the many that don't.
constexpr std::size_t kMarked = 64;
// Where one row of so many passes, or more, a copy would take longer to read than it takes to
// search among all.
constexpr std::size_t kDense = 4;
// Between the two it depends on the data. To read a row in its partition takes about so many times
// as long as to read it in a copy,
constexpr std::size_t kVisitCost = 3;
// to find and mark it so many times,
constexpr std::size_t kMarkCost = 4;
// and to copy it so many times.
constexpr std::size_t kCopyCost = 48;
// Rows that are on their way from memory while another is copied.
constexpr std::size_t kAhead = 8;

}  // namespace

// Rows of an index, as they were at some version.
struct SearchScope::PackedRows final : FilterNote {
  PackedRows(const IdFilter& filter, const IndexState& state, const IdLocator& locator,
             StateVersion version_now);

  // A removal may have taken rows away, an addition brought rows only if some were missing.
  bool holds_at(const StateVersion& now) const {
    return now.index == version.index && now.removals == version.removals &&
           (complete || now.additions == version.additions);
  }

  StateVersion version;
  bool complete = false;  // all ids were present
  std::vector<Partition> rows;
};

SearchScope::PackedRows::PackedRows(const IdFilter& filter, const IndexState& state,
                                    const IdLocator& locator, StateVersion version_now)
    : version(std::move(version_now)) {
  std::vector<RowLocation> places;
  RowTable table(state.centroids.dimension());
  locator.find_each(filter.ids(), [&](ItemId id, RowLocation place) {
    places.push_back(place);
    table.ids.push_back(id);
  });
  complete = places.size() == filter.ids().size();
  table.values.resize(places.size() * table.dimension);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i + kAhead < places.size()) {
      const RowLocation& later = places[i + kAhead];
      prefetch_block(state.partitions[later.partition].block(later.row / kBlockRows),
                     table.dimension);
    }
    state.partition(places[i].partition)
        .read(places[i].row, table.values.data() + i * table.dimension);
  }
  rows = flat_partitions({table.ids.data(), table.values.data(), places.size(), table.dimension});
}

// What searches among all have cost more than a copy would have, in rows read; less than 0 if less.
struct SearchScope::Excess final : FilterNote {
  mutable std::atomic<std::int64_t> rows = 0;
};

SearchScope::SearchScope(const IdFilter& filter, const IndexState& state,
                         const StateVersion& version,
                         const std::function<const IdLocator&()>& locator, MarkedRows& marks)
    : filter_(filter), state_(state) {
  const std::size_t ids = filter.ids().size();
  if (filter.all() || ids > std::max(kFew, state.rows / kDense)) return;
  const std::shared_ptr<const FilterNote> note = filter.note();
  packed_ = std::dynamic_pointer_cast<const PackedRows>(note);
  if (packed_ && packed_->holds_at(version)) return;
  packed_.reset();
  if (ids > std::max(kFew, state.rows / kSparse)) {
    excess_ = std::dynamic_pointer_cast<const Excess>(note);
    if (!excess_) {
      excess_ = std::make_shared<const Excess>();
      filter.leave(excess_);
    }
    if (excess_->rows < static_cast<std::int64_t>(kCopyCost * ids)) {
      if (ids <= state.rows / kMarked && !state.flat()) mark(locator(), marks);
      return;
    }
  }
  packed_ = std::make_shared<const PackedRows>(filter, state, locator(), version);
  filter.leave(packed_);
}

void SearchScope::mark(const IdLocator& locator, MarkedRows& marks) {
  marks.first.clear();
  std::uint32_t blocks = 0;
  for (const Partition& partition : state_.partitions) {
    marks.first.push_back(blocks);
    blocks += static_cast<std::uint32_t>(partition.blocks());
  }
  marks.masks.assign(blocks, 0);
  marks.none.assign(state_.partitions.size(), 1);
  locator.find_each(filter_.ids(), [&](ItemId, RowLocation place) {
    marks.masks[marks.first[place.partition] + place.row / kBlockRows] |=
        static_cast<std::uint16_t>(1U << (place.row % kBlockRows));
    marks.none[place.partition] = 0;
  });
  marks_ = &marks;
  excess_->rows += static_cast<std::int64_t>(kMarkCost * filter_.ids().size());
}

void SearchScope::count_visited(std::size_t rows) const noexcept {
  if (!excess_) return;
  excess_->rows += static_cast<std::int64_t>(rows * kVisitCost) -
                   static_cast<std::int64_t>(filter_.ids().size());
}

std::span<const Partition> SearchScope::scanned() const noexcept {
  return packed_ ? packed_->rows : state_.partitions;
}

}  // namespace simdb
