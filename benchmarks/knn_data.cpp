#include "benchmarks/knn_data.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "simdb/error.h"

namespace simdb::bench {
namespace {

constexpr std::size_t kCenterCount = 2'000;
constexpr float kSpread = 0.35F;
constexpr std::size_t kMostCopies = 5'000;

// Streams of random numbers that don't depend on how much another one was used.
enum class Stream : std::uint32_t { kCenters, kRows, kQueries, kCopies };

std::mt19937_64 random_of(std::uint64_t seed, Stream stream) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                         static_cast<std::uint32_t>(stream)};
  return std::mt19937_64(sequence);
}

// Draws vectors of one distribution, one after another.
class Drawer {
 public:
  Drawer(std::size_t dimension, const std::vector<float>& centers, std::uint64_t seed,
         Stream stream)
      : centers_(centers), values_(dimension), random_(random_of(seed, stream)) {}

  void append_to(EmbeddingBatch& batch) {
    std::generate(values_.begin(), values_.end(), [&] { return normal_(random_); });
    if (!centers_.empty()) {
      std::uniform_int_distribution<std::size_t> any(0, kCenterCount - 1);
      const float* center = centers_.data() + any(random_) * values_.size();
      for (float& value : values_) value = *center++ + kSpread * value;
    }
    batch.append_normalized(values_);
  }

 private:
  const std::vector<float>& centers_;  // empty: uniform
  std::vector<float> values_;
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
};

void append_drawn(EmbeddingBatch& batch, std::size_t count, Drawer drawer) {
  batch.reserve(batch.rows() + count);
  for (std::size_t i = 0; i < count; ++i) drawer.append_to(batch);
}

std::vector<float> draw_centers(const DataOptions& options) {
  std::mt19937_64 random = random_of(options.seed, Stream::kCenters);
  std::normal_distribution<float> normal;
  std::vector<float> centers(kCenterCount * options.dimension);
  std::generate(centers.begin(), centers.end(), [&] { return normal(random); });
  return centers;
}

EmbeddingBatch draw_repeated(Drawer drawer, const DataOptions& options) {
  std::mt19937_64 random = random_of(options.seed, Stream::kCopies);
  std::uniform_real_distribution<double> share(0, 1);
  const auto most = static_cast<double>(std::min(kMostCopies, options.rows / 20 + 1));
  EmbeddingBatch distinct(options.dimension);
  std::vector<std::size_t> order;  // for every row, which distinct vector it is
  while (order.size() < options.rows) {
    // 1 - share is never 0.
    const auto copies = static_cast<std::size_t>(std::min(most, 1 / (1 - share(random))));
    order.insert(order.end(), std::min(copies, options.rows - order.size()), distinct.rows());
    drawer.append_to(distinct);
  }
  std::shuffle(order.begin(), order.end(), random);
  EmbeddingBatch rows(options.dimension);
  rows.reserve(options.rows);
  for (const std::size_t i : order) rows.append_unit(distinct.row(i));
  return rows;
}

}  // namespace

KnnData draw_data(std::string_view distribution, const DataOptions& options) {
  const bool uniform = distribution == "uniform";
  const bool duplicates = distribution == "duplicates";
  if (!uniform && !duplicates && distribution != "clustered") {
    throw Error(ErrorCode::kUsage, "there is no data '" + std::string(distribution) +
                                       "'; choose clustered, uniform or duplicates");
  }
  KnnData data{EmbeddingBatch(options.dimension), EmbeddingBatch(options.dimension)};
  const std::vector<float> centers = uniform ? std::vector<float>() : draw_centers(options);
  const Drawer rows(options.dimension, centers, options.seed, Stream::kRows);
  const Drawer queries(options.dimension, centers, options.seed, Stream::kQueries);
  std::size_t fresh = options.queries;
  if (duplicates) {
    data.rows = draw_repeated(rows, options);
    // Rows are in random order, so the first ones are as good as any.
    const std::size_t stored = std::min(options.queries / 2, options.rows);
    for (std::size_t q = 0; q < stored; ++q) data.queries.append_unit(data.rows.row(q));
    fresh -= stored;
  } else {
    append_drawn(data.rows, options.rows, rows);
  }
  append_drawn(data.queries, fresh, queries);
  return data;
}

}  // namespace simdb::bench
