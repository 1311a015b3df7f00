#include "benchmarks/knn_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "tests/support/errors.h"

namespace simdb::bench {
namespace {

using test::error_of;

std::vector<float> floats(std::span<const float> values) { return {values.begin(), values.end()}; }

class EveryDistribution : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Data, EveryDistribution,
                         testing::Values("clustered", "uniform", "duplicates"));

TEST_P(EveryDistribution, HasTheSizesAskedFor) {
  for (const std::size_t dimension : {16, 64}) {
    const KnnData data =
        draw_data(GetParam(), {.rows = 300, .queries = 7, .dimension = dimension, .seed = 1});
    EXPECT_EQ(data.rows.rows(), 300U);
    EXPECT_EQ(data.queries.rows(), 7U);
    EXPECT_EQ(data.rows.dimension(), dimension);
    EXPECT_EQ(data.queries.dimension(), dimension);
  }
}

TEST_P(EveryDistribution, OneSeedGivesOneDataSet) {
  const DataOptions options{.rows = 200, .queries = 20, .dimension = 16, .seed = 5};
  const KnnData first = draw_data(GetParam(), options);
  const KnnData again = draw_data(GetParam(), options);
  EXPECT_EQ(floats(first.rows.values()), floats(again.rows.values()));
  EXPECT_EQ(floats(first.queries.values()), floats(again.queries.values()));

  DataOptions other_seed = options;
  other_seed.seed = 6;
  const KnnData other = draw_data(GetParam(), other_seed);
  EXPECT_NE(floats(first.rows.values()), floats(other.rows.values()));
  EXPECT_NE(floats(first.queries.values()), floats(other.queries.values()));
}

TEST(KnnData, FewerRowsAreTheFirstOfMoreAndQueriesStay) {
  for (const char* distribution : {"clustered", "uniform"}) {
    const KnnData few = draw_data(distribution, {.rows = 50, .queries = 10});
    const KnnData many = draw_data(distribution, {.rows = 500, .queries = 10});
    EXPECT_EQ(floats(few.rows.values()), floats(many.rows.values().first(50UL * 16)));
    EXPECT_EQ(floats(few.queries.values()), floats(many.queries.values()));
  }
}

double mean_best_similarity(const KnnData& data) {
  double sum = 0;
  for (std::size_t q = 0; q < data.queries.rows(); ++q) {
    float best = -1;
    for (std::size_t r = 0; r < data.rows.rows(); ++r) {
      best = std::max(best, similarity(data.queries.row(q), data.rows.row(r)));
    }
    sum += best;
  }
  return sum / static_cast<double>(data.queries.rows());
}

TEST(KnnData, ClusteredQueriesHaveNearRowsAndUniformOnesHaveNot) {
  const DataOptions options{.rows = 10'000, .queries = 50};
  EXPECT_GT(mean_best_similarity(draw_data("clustered", options)), 0.9);
  EXPECT_LT(mean_best_similarity(draw_data("uniform", options)), 0.85);
}

TEST(KnnData, DuplicatesAreHeavyAndQueriesIncludeStoredRows) {
  const KnnData data = draw_data("duplicates", {.rows = 40'000, .queries = 40});
  std::map<std::vector<float>, std::size_t> copies;
  for (std::size_t r = 0; r < data.rows.rows(); ++r) ++copies[floats(data.rows.row(r))];
  EXPECT_LT(copies.size(), data.rows.rows() / 4);
  EXPECT_GT(copies.size(), data.rows.rows() / 100);
  std::size_t most = 0;
  for (const auto& [values, count] : copies) most = std::max(most, count);
  EXPECT_GE(most, 1'000U);
  EXPECT_LE(most, 2'001U);  // a twentieth and one

  std::size_t stored = 0;
  for (std::size_t q = 0; q < data.queries.rows(); ++q) {
    stored += copies.contains(floats(data.queries.row(q)));
  }
  EXPECT_EQ(stored, 20U);
}

TEST(KnnData, RefusesWhatItDoesNotKnow) {
  const Error unknown = error_of([] { draw_data("gaussian", {}); });
  EXPECT_EQ(unknown.code(), ErrorCode::kUsage);
  EXPECT_NE(std::string(unknown.what()).find("gaussian"), std::string::npos);
  EXPECT_EQ(test::code_of([] { draw_data("uniform", {.dimension = 4097}); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::bench
