#include "core/random_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <vector>

namespace simdb {
namespace {

using ::testing::ElementsAre;

TEST(RandomOrderTest, DrawsStayBelowAndReachEverything) {
  std::mt19937_64 random(3);
  std::vector<int> seen(6);
  for (int i = 0; i < 6000; ++i) ++seen.at(draw_below(random, 6));
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(draw_below(random, 1), 0U);
  EXPECT_LT(draw_below(random, (1ULL << 63) + 1), (1ULL << 63) + 1);
}

TEST(RandomOrderTest, EveryPermutationIsEquallyLikely) {
  std::mt19937_64 random(5);
  std::map<std::vector<int>, int> seen;
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> values = {1, 2, 3};
    shuffle_values(std::span(values), random);
    ++seen[values];
  }
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(RandomOrderTest, FrontIsAChoiceWithoutRepetition) {
  std::mt19937_64 random(7);
  std::vector<int> values(10);
  std::iota(values.begin(), values.end(), 0);
  draw_to_front(std::span(values), 4, random);
  std::sort(values.begin(), values.end());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(values[i], i);
  draw_to_front(std::span(values), 40, random);
  draw_to_front(std::span<int>(), 1, random);
}

// mt19937_64's first values are fixed by the standard, so these must hold everywhere.
TEST(RandomOrderTest, TheOrderIsTheSameOnEveryPlatform) {
  std::mt19937_64 random(1);
  std::vector<int> values = {0, 1, 2, 3, 4, 5, 6, 7};
  shuffle_values(std::span(values), random);
  EXPECT_THAT(values, ElementsAre(0, 3, 2, 4, 1, 5, 6, 7));
}

}  // namespace
}  // namespace simdb
