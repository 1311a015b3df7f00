#include <algorithm>
#include <cmath>
#include <cstring>

#include "database/recovery_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxProblems = 100;

constexpr std::size_t kQueries = 1000;
constexpr std::size_t kNeighbors = 10;

// The best similarities seen, ascending.
void keep_best(std::vector<float>& best, float similarity) {
  if (best.size() == kNeighbors && similarity <= best.front()) return;
  if (best.size() == kNeighbors) best.erase(best.begin());
  best.insert(std::upper_bound(best.begin(), best.end(), similarity), similarity);
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

void rebuild_index(const Store& store, VectorIndex& index) {
  // All rows at once: the index can then divide them well.
  std::vector<ItemId> ids;
  EmbeddingBatch embeddings(store.dimension());
  store.for_each_embedding([&](ItemId id, std::span<const float> values) {
    ids.push_back(id);
    embeddings.append_unit(values);
    return true;
  });
  index.add(ids, embeddings);
  if (index.size() != store.size()) {
    throw Error(ErrorCode::kCorruption,
                "the store counts " + std::to_string(store.size()) + " items, but has " +
                    std::to_string(index.size()) +
                    " embeddings: some are lost; restore the database from a copy");
  }
}

std::vector<std::string> compare_searches(const Store& store, const VectorIndex& index) {
  const std::uint64_t step = std::max<std::uint64_t>(1, store.size() / kQueries);
  std::vector<ItemId> ids;
  EmbeddingBatch queries(store.dimension());
  std::uint64_t position = 0;
  store.for_each_embedding([&](ItemId id, std::span<const float> values) {
    if (position++ % step == 0 && ids.size() < kQueries) {
      ids.push_back(id);
      queries.append_unit(values);
    }
    return true;
  });
  std::vector<std::vector<float>> best(ids.size());
  store.for_each_embedding([&](ItemId, std::span<const float> values) {
    for (std::size_t q = 0; q < ids.size(); ++q) {
      keep_best(best[q], similarity(queries.row(q), values));
    }
    return true;
  });
  std::vector<std::string> problems;
  for (std::size_t q = 0; q < ids.size() && problems.size() < kMaxProblems; ++q) {
    const auto found = index.search(queries.row(q), kNeighbors);
    const bool same = std::equal(
        found.begin(), found.end(), best[q].rbegin(), best[q].rend(),
        [](const Neighbor& neighbor, float expected) { return neighbor.similarity == expected; });
    if (!same) {
      problems.push_back("a search for the embedding of item " + std::to_string(to_number(ids[q])) +
                         " finds other items than a scan does");
    }
  }
  return problems;
}

std::vector<std::string> compare_index(const Store& store, const VectorIndex& index) {
  std::vector<std::string> problems;
  const auto report = [&](ItemId id, const char* what) {
    if (problems.size() < kMaxProblems) {
      problems.push_back("item " + std::to_string(to_number(id)) + " " + what);
    }
  };
  const std::vector<ItemId> indexed = index.ids();
  auto next = indexed.begin();
  const auto report_until = [&](auto end) {
    for (; next != end; ++next) report(*next, "is in the index, but not in the store");
  };
  store.for_each_embedding([&](ItemId id, std::span<const float> values) {
    report_until(std::lower_bound(next, indexed.end(), id));
    if (next == indexed.end() || *next != id) {
      report(id, "is in the store, but not in the index");
      return true;
    }
    ++next;
    if (!same_bits(values, index.vector(id))) {
      report(id, "has another embedding in the index than in the store");
    }
    return true;
  });
  report_until(indexed.end());
  return problems;
}

}  // namespace simdb
