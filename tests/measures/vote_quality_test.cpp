#include "measures/vote_quality.h"

#include <gtest/gtest.h>

#include <random>

#include "simdb/error.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::code_of;

TEST(VoteQualityTest, CalibrationErrorIsTheDocumentedMean) {
  EXPECT_EQ(calibration_error({}), 0);
  // Two bins: 0.95 of which half are right, and 0.30 of which none is.
  const std::vector<RatedAnswer> answers = {{0.95, true}, {0.95, false}, {0.3, false}};
  EXPECT_NEAR(calibration_error(answers), (2 * 0.45 + 0.3) / 3, 1e-12);
  const auto bins = calibration_bins(answers);
  ASSERT_EQ(bins.size(), kCalibrationBins);
  EXPECT_EQ(bins[14].answers, 2U);
  EXPECT_NEAR(bins[14].confidence, 0.95, 1e-12);
  EXPECT_NEAR(bins[14].accuracy, 0.5, 1e-12);
  EXPECT_EQ(bins[4].answers, 1U);
  EXPECT_EQ(calibration_bins(std::vector<RatedAnswer>{{1.0, true}})[14].answers, 1U);
}

// Voters of classes of one size.
LeftOutVote row(int label, std::vector<Voter> voters) { return {label, std::move(voters)}; }

TEST(VoteQualityTest, QualityAgreesWithAHandCount) {
  const std::vector<LeftOutVote> rows = {row(1, {{1, 0.9F}, {2, 0.9F}, {2, 0.9F}}),
                                         row(1, {{1, 0.5F}}), row(2, {{1, 0.5F}}), row(3, {})};
  const VoteQuality one = quality_of(rows, 1, {});
  EXPECT_DOUBLE_EQ(one.accuracy, 0.5);  // the first two; nobody votes on the last
  EXPECT_DOUBLE_EQ(one.balanced_accuracy, 1.0 / 3);
  EXPECT_DOUBLE_EQ(one.brier_score, 0.25);  // of 1 wrong with confidence 1
  EXPECT_DOUBLE_EQ(one.calibration_error, 0.25);
  const VoteQuality three = quality_of(rows, 3, {});
  EXPECT_DOUBLE_EQ(three.accuracy, 0.25);
  EXPECT_NEAR(three.brier_score, (4.0 / 9 + 0 + 1 + 0) / 4, 1e-6);
  EXPECT_EQ(code_of([] { quality_of({}, 1, {}); }), ErrorCode::kUsage);
}

VoteChoice choice(std::size_t k, double accuracy, double brier) {
  return {k, {}, {.accuracy = accuracy, .brier_score = brier}};
}

TEST(VoteQualityTest, TheBestHasTheLeastBrierScoreOfTheAccurate) {
  const std::vector<VoteChoice> choices = {choice(1, 0.5, 0.01), choice(3, 0.899, 0.08),
                                           choice(5, 0.9, 0.1)};
  EXPECT_EQ(best_vote(choices, choice(10, 0.9, 0.2), 1000).k, 3U);
  // What is as good as the best stays, also where it is not of the grid.
  EXPECT_EQ(best_vote(choices, choice(10, 0.9, 0.0804), 1000).k, 10U);
  EXPECT_EQ(best_vote(choices, choice(10, 0.5, 0.0804), 1000).k, 3U);
  EXPECT_EQ(code_of([&] { best_vote(choices, choice(10, 0.9, 0.2), 0); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { best_vote({}, choice(10, 0.9, 0.2), 9); }), ErrorCode::kUsage);
}

// Among even rows of two classes that overlap, the temperature decides how sure a vote is.
TEST(VoteQualityTest, ATemperatureIsFoundThatMakesConfidencesHold) {
  std::mt19937_64 random(5);
  std::normal_distribution<float> noise(0, 1);
  EmbeddingBatch rows(16);
  std::vector<int> labels;
  for (int i = 0; i < 1000; ++i) {
    std::vector<float> values(16);
    for (float& value : values) value = noise(random);
    values[0] += i % 2 == 0 ? 1.2F : -1.2F;
    rows.append_normalized(values);
    labels.push_back(i % 2);
  }
  std::vector<std::size_t> asked;
  for (std::size_t r = 0; r < labels.size(); ++r) asked.push_back(r);
  const auto votes = votes_of_others(rows, labels, asked, {.voters = 100});
  const auto choices = try_votes(votes, 100);
  EXPECT_EQ(choices.size(), 7U * 12 * 3);
  EXPECT_EQ(try_votes(votes, 5).size(), 3U * 12 * 3);
  const VoteChoice sure{1, {}, quality_of(votes, 1, {})};  // one voter: always 100 %
  const VoteChoice best = best_vote(choices, sure, votes.size());
  EXPECT_GT(sure.quality.calibration_error, 0.1);
  EXPECT_LT(best.quality.calibration_error, 0.05);
  EXPECT_GT(best.quality.accuracy, sure.quality.accuracy);
}

}  // namespace
}  // namespace simdb
