#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/parallel.h"
#include "index/group_search_internal.h"
#include "index/partition_search_internal.h"
#include "index/partitioned_index_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Queries that a thread takes at a time: they share what they read from memory.
constexpr std::size_t kQueriesAtOnce = PartitionSearch::kTogether;

void require_query(std::span<const float> query, std::size_t dimension) {
  if (query.size() != dimension) {
    throw Error(ErrorCode::kUsage, "can't search with a query of dimension " +
                                       std::to_string(query.size()) + " in an index of dimension " +
                                       std::to_string(dimension));
  }
  const double squared = squared_length(query);
  if (!(std::abs(squared - 1) <= 2e-3)) {  // also false for NaN
    throw Error(ErrorCode::kUsage,
                "can't search with a query that is not of unit length (squared length " +
                    std::to_string(squared) + "); normalise it");
  }
}

SearchBuffers& buffers() {
  thread_local SearchBuffers of_this_thread;
  return of_this_thread;
}

void require_k(std::size_t k) {
  if (k == 0) throw Error(ErrorCode::kUsage, "can't search for 0 neighbours; ask for at least 1");
}

// Queries in an order in which neighbours in the list mostly are neighbours in space, so that they
// read the same partitions: by the signs of their first values, which costs next to nothing.
std::vector<std::uint32_t> local_order(const IndexState& state, const EmbeddingBatch& queries) {
  std::vector<std::uint32_t> order(queries.rows());
  std::iota(order.begin(), order.end(), 0U);
  if (state.flat()) return order;
  std::vector<std::uint32_t> signs(queries.rows());
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    const std::span<const float> query = queries.row(q);
    for (const float value : query.first(std::min<std::size_t>(query.size(), 32))) {
      signs[q] = 2 * signs[q] + (value < 0 ? 1 : 0);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return signs[a] < signs[b]; });
  return order;
}

}  // namespace

std::vector<Neighbor> PartitionedIndex::search(std::span<const float> query, std::size_t k,
                                               const IdFilter& filter) const {
  require_query(query, dimension_);
  require_k(k);
  const std::shared_lock lock(mutex_);
  const SearchScope scope(
      filter, state_, version_, [&]() -> const IdLocator& { return locator(); }, buffers().marks);
  NeighborCollector collector = NeighborCollector::nearest(query, std::min(k, state_.rows + 1),
                                                           PartitionSearch::error(state_, query));
  PartitionSearch(state_, query, collector, scope, buffers()).run();
  return collector.finish();
}

std::vector<Neighbor> PartitionedIndex::range_search(std::span<const float> query,
                                                     float min_similarity,
                                                     const IdFilter& filter) const {
  require_query(query, dimension_);
  if (std::isnan(min_similarity)) {
    throw Error(ErrorCode::kUsage, "can't search for a similarity that is not a number");
  }
  const std::shared_lock lock(mutex_);
  const SearchScope scope(
      filter, state_, version_, [&]() -> const IdLocator& { return locator(); }, buffers().marks);
  NeighborCollector collector =
      NeighborCollector::within(query, min_similarity, PartitionSearch::error(state_, query));
  PartitionSearch(state_, query, collector, scope, buffers()).run();
  return collector.finish(min_similarity);
}

std::vector<GroupBest> PartitionedIndex::best_of_groups(
    std::span<const float> query, const GroupedItems& items,
    std::span<const std::uint32_t> without) const {
  require_query(query, dimension_);
  const std::shared_lock lock(mutex_);
  return PreparedGroups::of(items, state_, version_)->search(state_, query, items, without);
}

std::vector<std::vector<Neighbor>> PartitionedIndex::search_batch(const EmbeddingBatch& queries,
                                                                  std::size_t k,
                                                                  std::size_t threads,
                                                                  const IdFilter& filter) const {
  require_k(k);
  for (std::size_t q = 0; q < queries.rows(); ++q) require_query(queries.row(q), dimension_);
  const std::shared_lock lock(mutex_);
  const SearchScope scope(
      filter, state_, version_, [&]() -> const IdLocator& { return locator(); }, buffers().marks);
  const std::vector<std::uint32_t> order = local_order(state_, queries);
  std::vector<std::vector<Neighbor>> results(queries.rows());
  parallel_for(order.size(), kQueriesAtOnce, threads, [&](std::size_t first, std::size_t last) {
    std::vector<NeighborCollector> collectors;
    std::vector<PartitionSearch> searches;
    collectors.reserve(last - first);
    searches.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const std::span<const float> query = queries.row(order[i]);
      collectors.push_back(NeighborCollector::nearest(query, std::min(k, state_.rows + 1),
                                                      PartitionSearch::error(state_, query)));
      searches.emplace_back(state_, query, collectors.back(), scope, buffers());
    }
    std::vector<PartitionSearch*> together;
    for (std::size_t i = 0; i < searches.size(); ++i) {
      if (scope.scans() || !searches[i].run(/*or_give_up=*/true)) {
        together.push_back(&searches[i]);
      } else {
        results[order[first + i]] = collectors[i].finish();  // while its rows are in the cache
      }
    }
    PartitionSearch::scan(together, scope.scans() ? scope.scanned() : state_.partitions);
    for (const PartitionSearch* search : together) {
      const auto i = static_cast<std::size_t>(search - searches.data());
      results[order[first + i]] = collectors[i].finish();
    }
  });
  return results;
}

}  // namespace simdb
