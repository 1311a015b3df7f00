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

TEST(VoteTest, AVoteCountsByTheSizeOfItsClass) {
  // Nine of a class of 900, one of a class of 5 as near: 0.01 against 0.2.
  std::vector<Voter> voters(9, {1, 0.9F, 900});
  voters.push_back({2, 0.9F, 5});
  const auto ranking = weighted_vote(voters);
  EXPECT_EQ(ranking[0].label, 2);
  EXPECT_NEAR(ranking[0].share, 0.2 / 0.21, 1e-12);
  EXPECT_NEAR(ranking[1].share, 0.01 / 0.21, 1e-12);
}

TEST(VoteTest, ANearClassIsNotOvercomeByAFarSmallOne) {
  std::vector<Voter> voters(9, {1, 0.9F, 900});
  voters.push_back({2, 0.5F, 5});
  EXPECT_EQ(weighted_vote(voters)[0].label, 1);
}

TEST(VoteTest, ClassesOfOneSizeHaveTheSharesOfTheWeightsAlone) {
  const std::vector<Voter> single{{4, 0.9F}, {-1, 0.83F}, {4, 0.76F}};
  std::vector<Voter> sized = single;
  for (Voter& voter : sized) voter.class_size = 30;
  const auto expected = weighted_vote(single);
  const auto ranking = weighted_vote(sized);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(ranking[i].label, expected[i].label);
    EXPECT_NEAR(ranking[i].share, expected[i].share, 1e-12);
  }
}

TEST(VoteTest, EqualSharesGoToTheNearer) {
  const auto ranking = weighted_vote(std::vector<Voter>{{2, 0.5F}, {1, 0.5F}});
  EXPECT_EQ(ranking[0].label, 2);
  EXPECT_DOUBLE_EQ(ranking[0].share, 0.5);
}

}  // namespace
}  // namespace simdb
