#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <thread>

#include "core/parallel.h"
#include "index/partitioned_index_internal.h"
#include "index/snapshot_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Removals that leave less than this part of the rows that were clustered cluster the rest anew.
constexpr std::size_t kShrinkFactor = 4;
// Pieces of a large add that a thread takes at a time.
constexpr std::size_t kRowsAtOnce = 512;
constexpr std::size_t kGroupsAtOnce = 32;

bool strictly_ascending(std::span<const ItemId> ids) {
  return std::adjacent_find(ids.begin(), ids.end(), [](ItemId a, ItemId b) { return a >= b; }) ==
         ids.end();
}

double largest_length_error(const RowsView& rows) {
  double largest = 0;
  for (std::size_t r = 0; r < rows.count; ++r) {
    const double squared = squared_length({rows.values + r * rows.dimension, rows.dimension});
    largest = std::max(largest, std::abs(std::sqrt(squared) - 1));
  }
  return largest;
}

}  // namespace

// What a change will put in place. Nothing in it is seen by searches yet.
struct PartitionedIndex::Update {
  struct Change {
    std::uint32_t p = 0;
    Cell cell;
  };
  std::vector<Change> replaced;
  std::vector<Cell> appended;
  std::vector<std::uint32_t> emptied;  // descending
  std::size_t rows = 0;
  double length_error = 0;
};

PartitionedIndex::PartitionedIndex(std::size_t dimension, const IndexOptions& options)
    : dimension_((require_valid_dimension(dimension), dimension)),
      partition_from_(options.partition_from),
      threads_(options.threads != 0 ? options.threads : core_count()),
      state_(dimension) {}

PartitionedIndex::PartitionedIndex(std::size_t dimension, const IndexOptions& options,
                                   IndexState state, std::uint64_t last_id)
    : PartitionedIndex(dimension, options) {
  state_ = std::move(state);
  last_id_ = last_id;
}

void PartitionedIndex::require_new(std::span<const ItemId> ids,
                                   const EmbeddingBatch& embeddings) const {
  if (embeddings.dimension() != dimension_ || embeddings.rows() != ids.size()) {
    throw Error(ErrorCode::kUsage,
                "can't index " + std::to_string(embeddings.rows()) + " embeddings of dimension " +
                    std::to_string(embeddings.dimension()) + " under " +
                    std::to_string(ids.size()) + " ids in an index of dimension " +
                    std::to_string(dimension_));
  }
  if (!ids.empty() && (!strictly_ascending(ids) || to_number(ids.front()) <= last_id_)) {
    throw Error(ErrorCode::kUsage, "can't index item " + std::to_string(to_number(ids.front())) +
                                       ": ids must be new and ascending");
  }
}

void PartitionedIndex::add(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) {
  require_new(ids, embeddings);
  if (ids.empty()) return;
  const RowsView rows{ids.data(), embeddings.values().data(), ids.size(), dimension_};
  const std::size_t total = state_.rows + rows.count;
  const bool stays_flat = state_.flat() && total < partition_from_;
  if (state_.rows == 0) {
    publish(build(rows));
  } else if (stays_flat || (!state_.flat() && rows.count < state_.rows)) {
    publish(prepare_add(rows));
  } else {  // the first clusters, or so many rows that the old ones say little about them
    RowTable all = copy_rows();
    all.ids.insert(all.ids.end(), ids.begin(), ids.end());
    all.values.insert(all.values.end(), embeddings.values().begin(), embeddings.values().end());
    publish(build({all.ids.data(), all.values.data(), all.ids.size(), dimension_}));
  }
  last_id_ = to_number(ids.back());
}

RowTable PartitionedIndex::copy_rows() const {
  RowTable table(dimension_);
  for (const Partition& partition : state_.partitions) table.append(partition.sound());
  return table;
}

IndexState PartitionedIndex::build(const RowsView& rows) const {
  IndexState state(dimension_);
  state.rows = rows.count;
  state.length_error = largest_length_error(rows);
  if (rows.count == 0 || rows.count < partition_from_) {
    state.partitions = flat_partitions(rows);
    return state;
  }
  state.clustered_rows = rows.count;
  std::vector<Cell> cells =
      divide(rows, best_partition_count(rows.count), max_partition_rows(rows.count), threads_);
  state.centroids.reserve(cells.size());
  state.partitions.reserve(cells.size());
  for (Cell& cell : cells) {
    state.centroids.append(cell.centroid, cell.partition.radius());
    state.partitions.push_back(std::move(cell.partition));
  }
  return state;
}

PartitionedIndex::Update PartitionedIndex::prepare_add(const RowsView& rows) const {
  Update update;
  update.rows = state_.rows + rows.count;
  update.length_error = std::max(state_.length_error, largest_length_error(rows));
  if (state_.flat()) {
    std::size_t first = 0;
    if (!state_.partitions.empty() && state_.partitions.back().rows() < kFlatRows) {
      const Partition& last = state_.partition(state_.partitions.size() - 1);
      first = std::min(rows.count, kFlatRows - last.rows());
      update.replaced.push_back({static_cast<std::uint32_t>(state_.partitions.size() - 1),
                                 {{}, last.with({}, rows.rows(0, first))}});
    }
    const RowsView rest{rows.ids + first, rows.values + first * dimension_, rows.count - first,
                        dimension_};
    for (Partition& partition : flat_partitions(rest)) {
      update.appended.push_back({{}, std::move(partition)});
    }
    return update;
  }

  std::vector<std::uint32_t> nearest(rows.count);
  parallel_for(rows.count, kRowsAtOnce, threads_, [&](std::size_t first, std::size_t last) {
    state_.centroids.nearest(best_kernels(), rows.values + first * dimension_, last - first,
                             nearest.data() + first);
  });
  std::map<std::uint32_t, std::vector<Row>> members_of;
  for (std::size_t r = 0; r < rows.count; ++r) {
    members_of[nearest[r]].push_back({rows.ids[r], rows.values + r * dimension_});
  }
  const std::vector<std::pair<std::uint32_t, std::vector<Row>>> groups(members_of.begin(),
                                                                       members_of.end());
  const std::size_t max_rows = max_partition_rows(update.rows);
  std::vector<std::vector<Cell>> grown(groups.size());
  parallel_for(groups.size(), kGroupsAtOnce, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g) {
      grown[g] = grow(groups[g].first, groups[g].second, max_rows);
    }
  });
  for (std::size_t g = 0; g < groups.size(); ++g) {
    update.replaced.push_back({groups[g].first, std::move(grown[g].front())});
    std::move(grown[g].begin() + 1, grown[g].end(), std::back_inserter(update.appended));
  }
  return update;
}

// Partition p with more rows, in pieces if they are too many.
std::vector<Cell> PartitionedIndex::grow(std::uint32_t p, std::span<const Row> members,
                                         std::size_t max_rows) const {
  const Partition& old = state_.partition(p);
  std::vector<Cell> cells;
  if (old.rows() + members.size() <= max_rows) {
    std::vector<float> centroid = state_.centroids.centroid(p);
    Partition partition = old.with(centroid, members);
    cells.push_back({std::move(centroid), std::move(partition)});
    return cells;
  }
  RowTable table(dimension_);
  table.append(old);
  for (const Row& row : members) {
    table.ids.push_back(row.id);
    table.values.insert(table.values.end(), row.values, row.values + dimension_);
  }
  return divide({table.ids.data(), table.values.data(), table.ids.size(), dimension_}, 2, max_rows,
                1);
}

std::size_t PartitionedIndex::remove(std::span<const ItemId> ids) {
  std::map<std::uint32_t, std::vector<ItemId>> doomed;
  std::size_t removed = 0;
  {
    std::vector<ItemId> unique(ids.begin(), ids.end());
    std::sort(unique.begin(), unique.end());
    unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
    const std::shared_lock lock(mutex_);
    for (const ItemId id : unique) {
      const RowLocation location = locator().find(id);
      if (location.absent()) continue;
      doomed[location.partition].push_back(id);
      ++removed;
    }
  }
  if (removed == 0) return 0;
  Update update = prepare_remove(doomed);
  if (!state_.flat() && update.rows * kShrinkFactor >= state_.clustered_rows) {
    publish(std::move(update));
    return removed;
  }
  // Rows are few now: take what remains, old and new, and start afresh.
  RowTable rest(dimension_);
  for (std::uint32_t p = 0; p < state_.partitions.size(); ++p) {
    if (!doomed.contains(p)) rest.append(state_.partition(p));
  }
  for (const Update::Change& change : update.replaced) rest.append(change.cell.partition);
  publish(build({rest.ids.data(), rest.values.data(), rest.ids.size(), dimension_}));
  return removed;
}

PartitionedIndex::Update PartitionedIndex::prepare_remove(
    const std::map<std::uint32_t, std::vector<ItemId>>& doomed) const {
  Update update;
  update.rows = state_.rows;
  update.length_error = state_.length_error;
  for (const auto& [p, gone] : doomed) {
    RowTable table(dimension_);
    table.append(state_.partition(p));
    std::vector<Row> kept = table.rows();
    std::erase_if(
        kept, [&](const Row& row) { return std::binary_search(gone.begin(), gone.end(), row.id); });
    update.rows -= gone.size();
    if (kept.empty()) {
      update.emptied.insert(update.emptied.begin(), p);
      continue;
    }
    const std::vector<float> centroid =
        state_.flat() ? std::vector<float>() : state_.centroids.centroid(p);
    update.replaced.push_back(
        {p,
         {centroid, state_.flat() ? Partition::build_flat(dimension_, kept)
                                  : Partition::build(centroid, std::move(kept))}});
  }
  return update;
}

// The locator may run out of memory: then it is dropped, and built again when next needed.
void PartitionedIndex::set_location(std::uint32_t p, std::size_t first_row) noexcept {
  if (!locator_) return;
  const Partition& partition = state_.partitions[p];
  try {
    for (std::size_t r = first_row; r < partition.rows(); ++r) {
      locator_->set(partition.id(r), {p, static_cast<std::uint32_t>(r)});
    }
  } catch (const std::bad_alloc&) {
    locator_.reset();
  }
}

// Partitions that come from a file were compared with their checksums before this: the locator
// knows only ids that were read, and what replaces a partition was made from it.
void PartitionedIndex::publish(Update&& update) {
  const bool flat = state_.flat();
  const std::unique_lock lock(mutex_);
  // All that may fail comes first.
  state_.partitions.reserve(state_.partitions.size() + update.appended.size());
  if (!flat) state_.centroids.reserve(update.appended.size());
  count_change(update.rows);
  state_.rows = update.rows;
  state_.length_error = update.length_error;
  for (Update::Change& change : update.replaced) {
    const Partition& old = state_.partitions[change.p];
    const Partition& fresh = change.cell.partition;
    const bool appended = fresh.rows() > old.rows() && fresh.shape().sorted == old.shape().sorted;
    const std::size_t first_moved = appended ? old.rows() : 0;
    if (locator_ && !appended) {
      for (std::size_t r = 0; r < old.rows(); ++r) locator_->erase(old.id(r));
    }
    if (!flat) {
      state_.centroids.replace(change.p, change.cell.centroid, change.cell.partition.radius());
    }
    std::swap(state_.partitions[change.p], change.cell.partition);  // freed after the lock
    set_location(change.p, first_moved);
  }
  for (Cell& cell : update.appended) {
    if (!flat) state_.centroids.append(cell.centroid, cell.partition.radius());
    state_.partitions.push_back(std::move(cell.partition));
    set_location(static_cast<std::uint32_t>(state_.partitions.size() - 1), 0);
  }
  for (const std::uint32_t p : update.emptied) {
    if (locator_) {
      for (std::size_t r = 0; r < state_.partitions[p].rows(); ++r) {
        locator_->erase(state_.partitions[p].id(r));
      }
    }
    if (p + 1 != state_.partitions.size()) {
      std::swap(state_.partitions[p], state_.partitions.back());
      set_location(p, 0);
    }
    state_.partitions.pop_back();
    if (!flat) state_.centroids.remove(p);
  }
}

void PartitionedIndex::publish(IndexState&& state) noexcept {
  const std::unique_lock lock(mutex_);
  count_change(state.rows);
  std::swap(state_, state);
  locator_.reset();
}

// Before the number of rows becomes `rows`.
void PartitionedIndex::count_change(std::size_t rows) noexcept {
  ++(rows < state_.rows ? version_.removals : version_.additions);
}

const IdLocator& PartitionedIndex::locator() const {
  const std::lock_guard lock(locator_mutex_);
  if (!locator_) {
    auto locator = std::make_unique<IdLocator>();
    for (std::uint32_t p = 0; p < state_.partitions.size(); ++p) {
      const Partition& partition = state_.partition(p);
      for (std::size_t r = 0; r < partition.rows(); ++r) {
        locator->set(partition.id(r), {p, static_cast<std::uint32_t>(r)});
      }
    }
    locator_ = std::move(locator);
  }
  return *locator_;
}

std::size_t PartitionedIndex::size() const noexcept {
  const std::shared_lock lock(mutex_);
  return state_.rows;
}

std::size_t PartitionedIndex::memory_bytes() const noexcept {
  const std::shared_lock lock(mutex_);
  std::size_t bytes = state_.centroids.memory_bytes();
  for (const Partition& partition : state_.partitions) {
    bytes += partition.bytes().size() + sizeof(Partition);
  }
  const std::lock_guard locator_lock(locator_mutex_);
  return bytes + (locator_ ? locator_->memory_bytes() : 0);
}

std::vector<ItemId> PartitionedIndex::ids() const {
  const std::shared_lock lock(mutex_);
  std::vector<ItemId> all;
  all.reserve(state_.rows);
  for (std::size_t p = 0; p < state_.partitions.size(); ++p) {
    const Partition& partition = state_.partition(p);
    for (std::size_t r = 0; r < partition.rows(); ++r) all.push_back(partition.id(r));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<float> PartitionedIndex::vector(ItemId id) const {
  const std::shared_lock lock(mutex_);
  const RowLocation location = locator().find(id);
  if (location.absent()) return {};
  std::vector<float> values(dimension_);
  state_.partition(location.partition).read(location.row, values.data());
  return values;
}

void PartitionedIndex::write(AtomicFile& file, const SnapshotOrigin& origin) const {
  write_snapshot(file, origin, state_, dimension_, last_id_);
}

std::unique_ptr<VectorIndex> make_index(std::size_t dimension, const IndexOptions& options) {
  return std::make_unique<PartitionedIndex>(dimension, options);
}

}  // namespace simdb
