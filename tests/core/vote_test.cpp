#include "core/vote.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <random>

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

// The formula of core/vote.h, loop by loop.
std::map<int, double> naive_shares(const std::vector<Voter>& voters) {
  std::map<int, double> density;
  std::map<int, Voter> classes;
  for (const Voter& voter : voters) {
    classes.emplace(voter.label, voter);
    density[voter.label] +=
        std::exp(voter.similarity / kVoteTemperature) / static_cast<double>(voter.class_size);
  }
  double items = 0;
  bool known = true;
  for (const auto& [label, voter] : classes) {
    items += static_cast<double>(voter.class_size);
    known = known && voter.class_similarity;
  }
  const double w = known ? class_mean_weight(items / static_cast<double>(classes.size())) : 0;
  double total = 0;
  for (auto& [label, share] : density) {
    share = std::exp((1 - w) * std::log(share) +
                     w * classes.at(label).class_similarity.value_or(0) / kVoteTemperature);
    total += share;
  }
  for (auto& [label, share] : density) share /= total;
  return density;
}

TEST(VoteTest, MeansAndDensitiesAreMixedAsDocumented) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Voter> voters;
    const int labels = 1 + static_cast<int>(random() % 5);
    for (int i = 0; i < 10; ++i) {
      const int label = static_cast<int>(random()) % labels;
      const std::size_t size = 1 + static_cast<std::size_t>(std::abs(label)) * (round % 40);
      voters.push_back({label, 1 - 0.03F * static_cast<float>(i), size,
                        std::cos(static_cast<float>(label + round))});
    }
    if (round % 7 == 0) voters.back().class_similarity.reset();
    const auto expected = naive_shares(voters);
    const auto ranking = weighted_vote(voters);
    ASSERT_EQ(ranking.size(), expected.size());
    for (const LabelShare& entry : ranking) {
      EXPECT_NEAR(entry.share, expected.at(entry.label), 1e-9) << "round " << round;
    }
  }
}

TEST(VoteTest, TheMeanFadesWithTheSizeOfTheClasses) {
  EXPECT_GT(class_mean_weight(1), 0.7);
  EXPECT_NEAR(class_mean_weight(5), 0.533, 0.001);
  EXPECT_NEAR(class_mean_weight(100), 0.073, 0.001);
  EXPECT_EQ(class_mean_weight(201), 0);
  for (int n = 1; n < 300; ++n) EXPECT_GE(class_mean_weight(n), class_mean_weight(n + 1));
}

TEST(VoteTest, WithFewItemsTheNearerMeanCanWinAgainstTheNearerItem) {
  const auto winner = [](std::size_t size) {
    return weighted_vote(std::vector<Voter>{{1, 0.82F, size, 0.5F}, {2, 0.80F, size, 0.9F}})[0];
  };
  EXPECT_EQ(winner(5).label, 2);
  EXPECT_EQ(winner(500).label, 1);
}

TEST(VoteTest, OneVoterDecidesWhateverTheMeansSay) {
  const auto ranking = weighted_vote(std::vector<Voter>{{7, 0.1F, 3, -0.9F}});
  EXPECT_EQ(ranking[0].label, 7);
  EXPECT_EQ(ranking[0].share, 1);
}

// Quadratic in the labels it took 1.2 s, at the least.
TEST(VoteTest, ManyVotersOfManyLabelsTakeMilliseconds) {
  std::vector<Voter> voters;
  for (int i = 0; i < 100'000; ++i) voters.push_back({i % 10'000, 0.9F, 10, 0.5F});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(weighted_vote(voters).size(), 10'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(600));
}

}  // namespace
}  // namespace simdb
