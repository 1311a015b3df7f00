#include "database/search_check.h"

#include <algorithm>

#include "simdb/embedding.h"

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

}  // namespace

std::vector<std::string> compare_searches(
    std::uint64_t count, std::size_t dimension,
    const std::function<void(const EmbeddingVisitor&)>& scan,
    const std::function<std::vector<Neighbor>(std::span<const float> query, std::size_t k)>&
        search) {
  const std::uint64_t step = std::max<std::uint64_t>(1, count / kQueries);
  std::vector<ItemId> ids;
  EmbeddingBatch queries(dimension);
  std::uint64_t position = 0;
  scan([&](ItemId id, std::span<const float> values) {
    if (position++ % step == 0 && ids.size() < kQueries) {
      ids.push_back(id);
      queries.append_unit(values);
    }
    return true;
  });
  std::vector<std::vector<float>> best(ids.size());
  scan([&](ItemId, std::span<const float> values) {
    for (std::size_t q = 0; q < ids.size(); ++q) {
      keep_best(best[q], similarity(queries.row(q), values));
    }
    return true;
  });
  std::vector<std::string> problems;
  for (std::size_t q = 0; q < ids.size() && problems.size() < kMaxProblems; ++q) {
    const auto found = search(queries.row(q), kNeighbors);
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

}  // namespace simdb
