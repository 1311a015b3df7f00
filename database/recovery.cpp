#include <algorithm>
#include <cstring>

#include "database/recovery_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxProblems = 100;

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
