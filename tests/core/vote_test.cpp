#include "core/vote.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
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

TEST(VoteTest, ARuleSaysHowSharplyAndWhatSizeCounts) {
  const std::vector<Voter> voters = {{1, 0.9F, 100}, {1, 0.8F, 100}, {2, 0.8F, 25}};
  const auto share_of_1 = [&](const VoteRule& rule) {
    const auto ranking = weighted_vote(voters, rule);
    return ranking[0].label == 1 ? ranking[0].share : ranking[1].share;
  };
  const double far = std::exp(-1.0);  // of 0.1 at a temperature of 0.1
  EXPECT_NEAR(share_of_1({0.1, 0}), (1 + far) / (1 + 2 * far), 1e-6);
  EXPECT_NEAR(share_of_1({0.1, 0.5}), (1 + far) / (1 + far + 2 * far), 1e-6);
  EXPECT_NEAR(share_of_1({0.1, 1}), (1 + far) / (1 + far + 4 * far), 1e-6);
  EXPECT_GT(share_of_1({0.01, 1}), 0.999);
  EXPECT_NEAR(share_of_1({100, 0}), 2.0 / 3, 1e-3);
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

// Two of class 1, whose mean is at `mean`, and one of class 2, a little nearer.
std::vector<Voter> contest(std::size_t size, std::optional<float> mean) {
  return {{2, 0.62F, size, 0.5F}, {1, 0.6F, size, mean}, {1, 0.5F, size, mean}};
}

TEST(VoteTest, AMeanRaisesItsClassByTheDocumentedFormula) {
  const double density = std::log(std::exp(0.6 / 0.07) + std::exp(0.5 / 0.07)) * 0.07;
  const double other = 0.62;
  for (const std::size_t size : {2U, 5U, 20U, 63U}) {
    const double n = static_cast<double>(size);
    const double weight = 1 - std::sqrt(n / 64);
    const double low = density - 0.07 * std::log(n);
    const double one = std::exp((low + weight * (0.8 - low)) / 0.07);
    const double lower = other - 0.07 * std::log(n);
    const double two = std::exp((lower + weight * std::max(0.0, 0.5 - lower)) / 0.07);
    for (const LabelShare& entry : weighted_vote(contest(size, 0.8F))) {
      EXPECT_NEAR(entry.share, (entry.label == 1 ? one : two) / (one + two), 1e-6) << size;
    }
  }
}

TEST(VoteTest, AMeanNeverLowersItsClass) {
  const auto without = weighted_vote(contest(3, std::nullopt));
  const auto with = weighted_vote(contest(3, -0.9F));
  ASSERT_EQ(without.size(), with.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(without[i].label, with[i].label);
    EXPECT_EQ(without[i].share, with[i].share);
  }
}

TEST(VoteTest, TheMeanFadesWithTheSizeOfItsClass) {
  double before = 1e9;
  for (const std::size_t size : {5U, 20U, 40U, 60U, 63U}) {
    const auto log_odds = [&](std::optional<float> mean) {
      const auto ranking = weighted_vote(contest(size, mean));
      const double odds = std::log(ranking[0].share / ranking[1].share);
      return ranking[0].label == 1 ? odds : -odds;
    };
    const double gain = log_odds(0.9F) - log_odds(std::nullopt);
    EXPECT_LT(gain, before);
    EXPECT_GT(gain, 0);
    before = gain;
  }
  EXPECT_LT(before, 0.1);  // so that the 64th item makes no jump
  EXPECT_EQ(weighted_vote(contest(64, 0.9F))[0].share,
            weighted_vote(contest(64, std::nullopt))[0].share);
  EXPECT_EQ(weighted_vote(contest(10'000, 0.9F))[0].share,
            weighted_vote(contest(10'000, std::nullopt))[0].share);
}

TEST(VoteTest, AClassAloneHasAllWhateverItsMean) {
  const auto ranking = weighted_vote(std::vector<Voter>{{3, 0.1F, 5, 0.9F}});
  ASSERT_EQ(ranking.size(), 1U);
  EXPECT_EQ(ranking[0].label, 3);
  EXPECT_EQ(ranking[0].share, 1);
}

TEST(VoteTest, OnlyTheFirstClassesAreRaised) {
  std::vector<Voter> voters;
  for (int label = 0; label < 40; ++label) voters.push_back({label, 0.5F, 4, 0.5F});
  voters[31].mean_similarity = 0.9F;
  EXPECT_EQ(weighted_vote(voters)[0].label, 31);
  voters[31].mean_similarity = 0.5F;
  voters[32].mean_similarity = 0.9F;
  const auto ranking = weighted_vote(voters);
  EXPECT_EQ(ranking[0].label, 0);
  EXPECT_EQ(ranking[32].label, 32);
}

TEST(VoteTest, TheOldVoteRemainsWhereNoMeanIsKnown) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Voter> voters;
    std::map<int, double> sums;
    double total = 0;
    float similarity = 1;
    for (int i = 0; i < 30; ++i) {
      similarity -= static_cast<float>(random() % 1000) * 3e-5F;
      const int label = static_cast<int>(random() % 7);
      voters.push_back({label, similarity, static_cast<std::size_t>(label) * 20 + 1});
      const double weight = std::exp(static_cast<double>(similarity) / 0.07) / (label * 20 + 1);
      sums[label] += weight;
      total += weight;
    }
    for (const LabelShare& entry : weighted_vote(voters)) {
      EXPECT_NEAR(entry.share, sums[entry.label] / total, 1e-9);
    }
  }
}

// The formula as it is written, one class after another and no shared code.
std::vector<LabelShare> naive_vote(const std::vector<Voter>& voters) {
  std::vector<LabelShare> ranking;
  double total = 0;
  for (const Voter& voter : voters) {
    const auto same = [&](const LabelShare& entry) { return entry.label == voter.label; };
    if (std::any_of(ranking.begin(), ranking.end(), same)) continue;
    const double n = static_cast<double>(voter.class_size);
    double sum = 0;
    for (const Voter& other : voters) {
      if (other.label == voter.label) sum += std::exp(static_cast<double>(other.similarity) / 0.07);
    }
    double score = 0.07 * std::log(sum / n);
    if (voter.mean_similarity && ranking.size() < 32 && n > 1) {
      score += std::max(0.0, 1 - std::sqrt(n / 64)) *
               std::max(0.0, static_cast<double>(*voter.mean_similarity) - score);
    }
    ranking.push_back({voter.label, std::exp(score / 0.07)});
    total += ranking.back().share;
  }
  for (LabelShare& entry : ranking) entry.share /= total;
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const LabelShare& a, const LabelShare& b) { return a.share > b.share; });
  return ranking;
}

TEST(VoteTest, AgreesWithTheFormulaOnRandomVoters) {
  std::mt19937 random(7);
  const auto chance = [&] { return static_cast<float>(random() % 100'001) / 100'000; };
  for (int trial = 0; trial < 300; ++trial) {
    const int classes = 1 + static_cast<int>(random() % 60);
    std::vector<Voter> kinds;
    for (int label = 0; label < classes; ++label) {
      kinds.push_back({label - 5, 0, 1 + random() % (trial % 2 == 0 ? 10 : 100), std::nullopt});
      if (random() % 4 != 0) kinds.back().mean_similarity = 2 * chance() - 1;
    }
    std::vector<Voter> voters(1 + random() % 100);
    for (Voter& voter : voters) {
      voter = kinds[random() % kinds.size()];
      voter.similarity = 2 * chance() - 1;
    }
    std::sort(voters.begin(), voters.end(),
              [](const Voter& a, const Voter& b) { return a.similarity > b.similarity; });
    const auto expected = naive_vote(voters);
    const auto seen = weighted_vote(voters);
    ASSERT_EQ(seen.size(), expected.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(seen[i].label, expected[i].label) << trial;
      EXPECT_NEAR(seen[i].share, expected[i].share, 1e-9) << trial;
    }
  }
}

TEST(VoteTest, ManyVotersOfManyClassesAreCountedAtOnce) {
  // Class by class for each voter would be a thousand million comparisons.
  std::vector<Voter> voters;
  for (int i = 0; i < 200'000; ++i) {
    voters.push_back({(i * 7919) % 20'000, 1 - 1e-5F * static_cast<float>(i), 10});
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(weighted_vote(voters).size(), 20'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace simdb
