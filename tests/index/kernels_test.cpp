#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "index/kernels_internal.h"
#include "tests/index/blocks.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::Blocks;
using test::corner_embeddings;
using test::random_embeddings;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kCanary = 12345.5F;

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// The negatives: every score is below the zero that unused rows score.
EmbeddingBatch opposites(const EmbeddingBatch& rows) {
  EmbeddingBatch negative(rows.dimension());
  std::vector<float> values(rows.dimension());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    std::ranges::transform(rows.row(r), values.begin(), [](float value) { return -value; });
    negative.append_unit(values);
  }
  return negative;
}

// The parameter is the name of an instruction set. A machine without it skips its tests.
class KernelsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const Kernels* available : available_kernels()) {
      if (GetParam() == available->name) kernels = available;
    }
    if (kernels == nullptr) GTEST_SKIP() << "this machine has no " << GetParam();
  }

  struct Scored {
    std::vector<float> scores;
    std::vector<std::uint16_t> hits;
  };
  Scored score(std::span<const float> query, const Blocks& blocks, float threshold) const {
    Scored result{std::vector<float>(blocks.count() * kBlockRows + 1, kCanary),
                  std::vector<std::uint16_t>(blocks.count() + 1, 0xABCD)};
    kernels->score(query.data(), query.size(), blocks.pointers(), blocks.count(), threshold,
                   result.scores.data(), result.hits.data());
    EXPECT_EQ(result.scores.back(), kCanary) << "written behind the end";
    EXPECT_EQ(result.hits.back(), 0xABCD) << "written behind the end";
    result.scores.pop_back();
    result.hits.pop_back();
    return result;
  }

  const Kernels* kernels = nullptr;
  std::mt19937_64 random{7};
};

std::vector<std::string> built_kernels() {
  std::vector<std::string> names;
  for (const Kernels* built : {kAvx512Kernels, kAvx2Kernels, kNeonKernels, &kPortableKernels}) {
    if (built != nullptr) names.emplace_back(built->name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(, KernelsTest, testing::ValuesIn(built_kernels()),
                         [](const auto& set) { return set.param; });

TEST(AvailableKernelsTest, TheFastestComeFirstAndThePortableOnesLast) {
  const auto available = available_kernels();
  ASSERT_FALSE(available.empty());
  EXPECT_EQ(&best_kernels(), available.front());
  EXPECT_STREQ(available.back()->name, "portable");
  std::vector<std::string> names;
  for (const Kernels* kernels : available) names.emplace_back(kernels->name);
  const std::vector<std::string> built = built_kernels();
  auto position = built.begin();
  for (const std::string& name : names) {  // in the order of `built`, each once
    position = std::find(position, built.end(), name);
    ASSERT_NE(position++, built.end()) << name;
  }
}

TEST_P(KernelsTest, ScoresAreDotProducts) {
  for (const std::size_t dimension : {1, 2, 3, 15, 16, 17, 31, 32, 48, 100, 128, 512, 1000, 4096}) {
    for (const std::size_t rows : {0, 1, 16, 17, 40, 144}) {
      const auto stored = random_embeddings(rows, dimension, rows + dimension);
      const Blocks blocks(stored);
      const auto query = random_embeddings(1, dimension, 3);
      const Scored result = score(query.row(0), blocks, 0);
      for (std::size_t r = 0; r < result.scores.size(); ++r) {
        if (r < rows) {
          ASSERT_NEAR(result.scores[r], dot(query.row(0), stored.row(r)), score_error(dimension));
        } else {
          ASSERT_EQ(result.scores[r], 0.0F) << "unused rows are zero";
        }
      }
    }
  }
}

TEST_P(KernelsTest, ManyQueriesScoreAsEachDoes) {
  for (const std::size_t dimension : {1, 16, 100, 768}) {
    const Blocks block(random_embeddings(16, dimension, 4));
    const auto queries = random_embeddings(33, dimension, 5);
    std::vector<const float*> pointers;
    std::vector<float> thresholds;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      pointers.push_back(queries.row(q).data());
      thresholds.push_back(static_cast<float>(q) / 33 - 0.5F);
    }
    for (std::size_t count = 0; count <= queries.rows(); ++count) {
      std::vector<float> scores(16 * count + 1, kCanary);
      std::vector<std::uint16_t> hits(count + 1, 0xABCD);
      kernels->score_many(pointers.data(), count, dimension, block.block(0), thresholds.data(),
                          scores.data(), hits.data());
      for (std::size_t i = 0; i < 16 * count; ++i) {
        ASSERT_NEAR(scores[i], score(queries.row(i / 16), block, 0).scores[i % 16],
                    2 * score_error(dimension));
        ASSERT_EQ((hits[i / 16] >> (i % 16) & 1) != 0, scores[i] >= thresholds[i / 16]);
      }
      ASSERT_EQ(scores.back(), kCanary) << "written behind the end";
      ASSERT_EQ(hits.back(), 0xABCD) << "written behind the end";
    }
  }
}

TEST_P(KernelsTest, TheQueryMayStartAtAnyFloat) {
  const auto query = random_embeddings(1, 32, 3);
  const Blocks blocks(random_embeddings(32, 32, 4));
  const Scored expected = score(query.row(0), blocks, 0.1F);
  std::vector<float> memory(16 + 32);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    std::ranges::copy(query.row(0), memory.begin() + static_cast<std::ptrdiff_t>(offset));
    const Scored result = score({memory.data() + offset, 32}, blocks, 0.1F);
    EXPECT_EQ(result.scores, expected.scores);
    EXPECT_EQ(result.hits, expected.hits);
  }
}

TEST_P(KernelsTest, BlocksMayLieAnywhereInAnyOrder) {
  const Blocks blocks(random_embeddings(48, 16, 4));
  const auto query = random_embeddings(1, 16, 5);
  const Scored in_order = score(query.row(0), blocks, 0);
  const std::vector<const float*> order{blocks.block(2), blocks.block(0), blocks.block(2),
                                        blocks.block(1)};
  std::vector<float> scores(64);
  std::vector<std::uint16_t> hits(4);
  kernels->score(query.row(0).data(), 16, order.data(), 4, 0, scores.data(), hits.data());
  const std::size_t numbers[] = {2, 0, 2, 1};
  for (std::size_t b = 0; b < 4; ++b) {
    EXPECT_EQ(hits[b], in_order.hits[numbers[b]]);
    EXPECT_TRUE(std::equal(scores.begin() + static_cast<std::ptrdiff_t>(b * 16),
                           scores.begin() + static_cast<std::ptrdiff_t>(b * 16 + 16),
                           in_order.scores.begin() + static_cast<std::ptrdiff_t>(numbers[b] * 16)));
  }
}

TEST_P(KernelsTest, HitsAreTheScoresFromTheThresholdUp) {
  for (const std::size_t dimension : {16, 64}) {
    const Blocks blocks(random_embeddings(100, dimension, 4));
    const auto query = random_embeddings(1, dimension, 5);
    const std::vector<float> scores = score(query.row(0), blocks, 0).scores;
    std::vector<float> thresholds{-kInfinity, kInfinity, 0, -0.0F, -2, 2};
    for (std::size_t r = 0; r < 100; r += 9) {
      thresholds.insert(thresholds.end(), {scores[r], std::nextafter(scores[r], 2.0F),
                                           std::nextafter(scores[r], -2.0F)});
    }
    for (const float threshold : thresholds) {
      const Scored result = score(query.row(0), blocks, threshold);
      ASSERT_EQ(result.scores, scores) << "the threshold changes scores";
      for (std::size_t r = 0; r < scores.size(); ++r) {
        ASSERT_EQ((result.hits[r / 16] >> (r % 16) & 1) != 0, scores[r] >= threshold)
            << "row " << r << ", threshold " << threshold;
      }
    }
  }
}

TEST_P(KernelsTest, AgreesWithThePortableOnes) {
  const Kernels* own = kernels;
  for (const std::size_t dimension : {1, 16, 80, 99, 512, 4096}) {
    const Blocks blocks(random_embeddings(300, dimension, 4));
    const auto query = random_embeddings(1, dimension, 5);
    kernels = own;
    const std::vector<float> ours = score(query.row(0), blocks, 0).scores;
    kernels = &kPortableKernels;
    const std::vector<float> theirs = score(query.row(0), blocks, 0).scores;
    for (std::size_t r = 0; r < ours.size(); ++r) {
      ASSERT_NEAR(ours[r], theirs[r], 2 * score_error(dimension));
    }
  }
}

TEST_P(KernelsTest, NearestIsTheRowWithTheLargestScore) {
  for (const std::size_t dimension : {3, 16, 48, 100, 128}) {
    const auto queries = random_embeddings(9, dimension, 1);
    for (const std::size_t rows : {1, 2, 15, 16, 17, 31, 33, 100}) {
      for (const bool negative : {false, true}) {
        auto stored = random_embeddings(rows, dimension, rows);
        if (negative) {
          stored = EmbeddingBatch(dimension);
          const auto opposite = opposites(queries);
          for (std::size_t r = 0; r < rows; ++r) stored.append_unit(opposite.row(0));
        }
        const Blocks blocks(stored);
        for (std::size_t count = 0; count <= queries.rows(); ++count) {
          std::vector<std::uint32_t> nearest(10, 77);
          std::vector<float> scores(10, kCanary);
          kernels->nearest(queries.values().data(), count, dimension, blocks.block(0), rows,
                           nearest.data(), scores.data());
          for (std::size_t q = 0; q < count; ++q) {
            double best = -2;
            for (std::size_t r = 0; r < rows; ++r) {
              best = std::max(best, dot(queries.row(q), stored.row(r)));
            }
            ASSERT_LT(nearest[q], rows);
            ASSERT_NEAR(scores[q], dot(queries.row(q), stored.row(nearest[q])),
                        score_error(dimension));
            ASSERT_GE(scores[q], best - score_error(dimension));
            if (negative) {
              ASSERT_EQ(nearest[q], 0U) << "equal rows: the lowest";
            }
          }
          ASSERT_EQ(nearest[count], 77U) << "written behind the end";
          ASSERT_EQ(scores[count], kCanary) << "written behind the end";
        }
      }
    }
  }
}

TEST_P(KernelsTest, NearestTakesTheLowestRowOnTies) {
  const auto stored = corner_embeddings(203, 1);  // scores are exact in any order of adding
  const auto queries = corner_embeddings(40, 2);
  const Blocks blocks(stored);
  std::vector<std::uint32_t> nearest(40);
  std::vector<float> scores(40);
  kernels->nearest(queries.values().data(), 40, 16, blocks.block(0), 203, nearest.data(),
                   scores.data());
  for (std::size_t q = 0; q < 40; ++q) {
    std::size_t best = 0;
    for (std::size_t r = 1; r < 203; ++r) {
      if (dot(queries.row(q), stored.row(r)) > dot(queries.row(q), stored.row(best))) best = r;
    }
    EXPECT_EQ(nearest[q], best);
    EXPECT_EQ(scores[q], static_cast<float>(dot(queries.row(q), stored.row(best))));
  }
}

TEST_P(KernelsTest, LargestIsTheFirstOfTheLargest) {
  for (std::size_t count = 1; count <= 70; ++count) {
    for (std::size_t offset = 0; offset < 4; ++offset) {
      std::vector<float> memory(offset + count + 1, 1000);  // what follows is larger
      const auto values = std::span(memory).subspan(offset, count);
      for (const int different : {1, 3, 1000}) {
        for (float& value : values) {
          value = -1.5F + static_cast<float>(random() % static_cast<unsigned>(different));
        }
        const auto expected = std::ranges::max_element(values) - values.begin();
        ASSERT_EQ(kernels->largest(values.data(), count), static_cast<std::size_t>(expected))
            << count << " values, " << different << " different";
      }
      std::ranges::fill(values, -kInfinity);
      ASSERT_EQ(kernels->largest(values.data(), count), 0U);
      values.back() = -1e30F;
      ASSERT_EQ(kernels->largest(values.data(), count), count - 1);
    }
  }
}

TEST_P(KernelsTest, SelectFindsWhatTheTriangleInequalityAllows) {
  std::uniform_real_distribution<float> cosines(-1, 1);
  std::uniform_real_distribution<float> angles(0, 3.1415927F);
  std::size_t in = 0;
  std::size_t out = 0;
  std::size_t wrapped = 0;
  for (std::size_t count = 0; count <= 70; ++count) {
    for (std::size_t round = 0; round < 20; ++round) {
      const std::size_t padded = (count + 15) / 16 * 16;
      // What lies in the room behind the end would be selected.
      std::vector<float> scores(padded, 1);
      std::vector<float> radii(padded, 3);
      for (std::size_t i = 0; i < count; ++i) {
        scores[i] = cosines(random);
        radii[i] = round % 2 != 0 ? angles(random) / 8 : angles(random);
      }
      std::vector<float> cos_radius(padded);
      std::vector<float> sin_radius(padded);
      std::ranges::transform(radii, cos_radius.begin(), [](float r) { return std::cos(r); });
      std::ranges::transform(radii, sin_radius.begin(), [](float r) { return std::sin(r); });
      const float angle = round == 0 ? 0 : round == 1 ? 3.1415927F : angles(random);
      const float slack = round % 3 == 0 ? 0 : 0.01F;
      std::vector<std::uint32_t> selected(padded + 1, 77);
      selected.resize(kernels->select(scores.data(), cos_radius.data(), sin_radius.data(), count,
                                      std::cos(angle), std::sin(angle), slack, selected.data()));
      ASSERT_TRUE(std::ranges::is_sorted(selected, std::less_equal<>())) << "ascending, each once";
      for (std::uint32_t i = 0; i < count; ++i) {
        const double sum = static_cast<double>(radii[i]) + angle;
        const double room = static_cast<double>(scores[i]) + slack - std::cos(sum);
        if (std::abs(room) < 1e-6 || std::abs(sum - 3.14159265358979) < 1e-3) continue;
        const bool expected = room > 0 || sum > 3.14159265358979;
        ASSERT_EQ(std::ranges::binary_search(selected, i), expected)
            << "score " << scores[i] << ", radius " << radii[i] << ", angle " << angle;
        ++(expected ? in : out);
        if (room < 0 && expected) ++wrapped;
      }
      ASSERT_TRUE(selected.empty() || selected.back() < count);
    }
  }
  EXPECT_GT(in, 1000U);
  EXPECT_GT(out, 1000U);
  EXPECT_GT(wrapped, 100U);
}

TEST_P(KernelsTest, OverlapFindsTheRangesThatMeet) {
  for (std::size_t count = 0; count <= 70; ++count) {
    for (std::size_t round = 0; round < 10; ++round) {
      // Few different values, so that ranges often only touch.
      const auto value = [&] { return static_cast<float>(random() % 12) / 4 - 0.25F; };
      std::vector<float> near(count);
      std::vector<float> far(count);
      for (std::size_t i = 0; i < count; ++i) {
        near[i] = value();
        far[i] = near[i] + std::abs(value());
      }
      const float low = value();
      const float high = low + std::abs(value());
      std::vector<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < count; ++i) {
        if (near[i] <= high && far[i] >= low) expected.push_back(i);
      }
      std::vector<std::uint32_t> selected(count + 1, 77);
      const std::size_t found =
          kernels->overlap(near.data(), far.data(), count, low, high, selected.data());
      ASSERT_EQ(selected.back(), 77U) << "written behind the end";
      selected.resize(found);
      ASSERT_EQ(selected, expected);
    }
  }
}

}  // namespace
}  // namespace simdb
