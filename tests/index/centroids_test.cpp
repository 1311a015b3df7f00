#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "index/centroids_internal.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::random_embeddings;

// Centroids beside a plain list of what they should be.
class CentroidsTest : public testing::TestWithParam<std::size_t> {
 protected:
  struct Entry {
    std::vector<float> values;
    float radius;
  };

  std::vector<float> some_unit() {
    const auto row = random_embeddings(1, dimension, random());
    return {row.row(0).begin(), row.row(0).end()};
  }
  float some_radius() { return static_cast<float>(random() % 1000) / 1000; }

  void append() {
    expected.push_back({some_unit(), some_radius()});
    centroids.append(expected.back().values, expected.back().radius);
  }
  void remove(std::size_t i) {
    expected[i] = expected.back();
    expected.pop_back();
    centroids.remove(i);
  }

  void expect_same() {
    ASSERT_EQ(centroids.size(), expected.size());
    ASSERT_EQ(centroids.empty(), expected.empty());
    ASSERT_EQ(centroids.padded_size(), (expected.size() + 15) / 16 * 16);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(centroids.centroid(i), expected[i].values) << "centroid " << i;
    }
    const std::vector<float> query = some_unit();
    std::vector<float> scores(centroids.padded_size() + 1, 77);
    std::vector<std::uint16_t> hits(centroids.padded_size() / 16);
    centroids.score(best_kernels(), query, scores.data(), hits.data());
    ASSERT_EQ(scores.back(), 77.0F);
    for (std::size_t i = 0; i < centroids.padded_size(); ++i) {
      if (i < expected.size()) {
        ASSERT_NEAR(scores[i], similarity(query, expected[i].values), score_error(dimension));
      } else {
        ASSERT_EQ(scores[i], 0.0F) << "unused ones are zero";
      }
    }
    const float angle = some_radius();
    std::vector<std::uint32_t> selected(centroids.padded_size());
    selected.resize(centroids.select(best_kernels(), scores.data(), std::cos(angle),
                                     std::sin(angle), 0, selected.data()));
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
      const float room = scores[i] - std::cos(expected[i].radius + angle);
      if (std::abs(room) < 1e-6F) continue;
      ASSERT_EQ(std::ranges::binary_search(selected, i), room > 0) << "centroid " << i;
    }
    ASSERT_TRUE(selected.empty() || selected.back() < expected.size());
  }

  const std::size_t dimension = GetParam();
  Centroids centroids{dimension};
  std::vector<Entry> expected;
  std::mt19937_64 random{3};
};

INSTANTIATE_TEST_SUITE_P(Dimension, CentroidsTest, testing::Values(1U, 16U, 48U, 100U, 512U),
                         testing::PrintToStringParamName());

TEST_P(CentroidsTest, StayWhatTheyAreThroughChanges) {
  expect_same();
  for (int step = 0; step < 300; ++step) {
    const std::size_t kind = random() % 8;
    if (expected.empty() || kind < 4) {
      append();
    } else if (kind == 4) {
      remove(random() % expected.size());
    } else if (kind == 5) {
      remove(expected.size() - 1);
    } else if (kind == 6) {
      Entry& entry = expected[random() % expected.size()];
      entry = {some_unit(), some_radius()};
      centroids.replace(static_cast<std::size_t>(&entry - expected.data()), entry.values,
                        entry.radius);
    } else {
      const std::size_t i = random() % expected.size();
      expected[i].radius = some_radius();
      centroids.set_radius(i, expected[i].radius);
    }
    if (step % 3 == 0) expect_same();
    if (testing::Test::HasFatalFailure()) return;
  }
  while (!expected.empty()) remove(0);
  expect_same();
  append();
  expect_same();
}

TEST_P(CentroidsTest, ReservedRoomIsUsedWithoutMoving) {
  for (int i = 0; i < 5; ++i) append();
  centroids.reserve(100);
  const std::size_t bytes = centroids.memory_bytes();
  EXPECT_GE(bytes, 105 * dimension * sizeof(float));
  for (int i = 0; i < 100; ++i) append();
  EXPECT_EQ(centroids.memory_bytes(), bytes);
  expect_same();
}

TEST_P(CentroidsTest, NearestIsTheOneWithTheLargestScore) {
  for (const std::size_t count : {1, 16, 17, 70}) {
    while (expected.size() < count) append();
    for (const std::size_t rows : {0, 1, 3, 4, 5, 80, 101}) {
      const auto queries = random_embeddings(rows, dimension, rows + 1);
      std::vector<std::uint32_t> nearest(rows + 1, 777);
      centroids.nearest(best_kernels(), queries.values().data(), rows, nearest.data());
      ASSERT_EQ(nearest.back(), 777U) << "written behind the end";
      for (std::size_t r = 0; r < rows; ++r) {
        float best = -2;
        for (const Entry& entry : expected) {
          best = std::max(best, similarity(queries.row(r), entry.values));
        }
        ASSERT_LT(nearest[r], count);
        ASSERT_GE(similarity(queries.row(r), expected[nearest[r]].values),
                  best - 2 * score_error(dimension));
      }
    }
  }
}

}  // namespace
}  // namespace simdb
