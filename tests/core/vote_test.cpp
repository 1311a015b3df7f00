#include "core/vote.h"

#include <gtest/gtest.h>

#include <cmath>

namespace simdb {
namespace {

TEST(VoteTest, NobodyVotesForNothing) { EXPECT_TRUE(weighted_vote({}).empty()); }

TEST(VoteTest, SharesAreTheDocumentedWeights) {
  const auto ranking = weighted_vote(std::vector<Voter>{{4, 0.9F}, {-1, 0.83F}, {4, 0.76F}});
  const double far = std::exp(-1.0);
  const double farther = std::exp(-2.0);
  ASSERT_EQ(ranking.size(), 2U);
  EXPECT_EQ(ranking[0].label, 4);
  EXPECT_NEAR(ranking[0].share, (1 + farther) / (1 + far + farther), 1e-6);
  EXPECT_EQ(ranking[1].label, -1);
  EXPECT_NEAR(ranking[1].share, far / (1 + far + farther), 1e-6);
}

TEST(VoteTest, EqualSharesGoToTheNearer) {
  const auto ranking = weighted_vote(std::vector<Voter>{{2, 0.5F}, {1, 0.5F}});
  EXPECT_EQ(ranking[0].label, 2);
  EXPECT_DOUBLE_EQ(ranking[0].share, 0.5);
}

}  // namespace
}  // namespace simdb
