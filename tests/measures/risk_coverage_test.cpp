#include "measures/risk_coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace simdb {
namespace {

TEST(RiskCoverageTest, IsThatOfAHandComputedCase) {
  // Surest first: right, wrong, right, right, wrong.
  const std::vector<RatedAnswer> answers = {
      {0.5, true}, {0.9, true}, {0.3, false}, {0.8, false}, {0.6, true}};
  const RiskCoverage result = risk_coverage(answers);
  ASSERT_EQ(result.curve.size(), 5U);
  const double risks[] = {0, 1.0 / 2, 1.0 / 3, 1.0 / 4, 2.0 / 5};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(result.curve[i].coverage, static_cast<double>(i + 1) / 5);
    EXPECT_DOUBLE_EQ(result.curve[i].risk, risks[i]);
  }
  EXPECT_DOUBLE_EQ(result.area, (0 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4 + 2.0 / 5) / 5);
}

TEST(RiskCoverageTest, EqualConfidencesAreAnsweredTogether) {
  const std::vector<RatedAnswer> answers = {{1, false}, {1, true}, {0, true}, {1, true}};
  const RiskCoverage result = risk_coverage(answers);
  EXPECT_EQ(result.curve, (std::vector<RiskPoint>{{0.75, 1.0 / 3}, {1, 0.25}}));
  // Of three in random order a third of an error each: the risk is 1/3 at every coverage.
  EXPECT_DOUBLE_EQ(result.area, (1.0 / 3 + 1.0 / 3 + 1.0 / 3 + 1.0 / 4) / 4);
}

TEST(RiskCoverageTest, DependsOnNoOrder) {
  std::mt19937_64 random(1);
  std::vector<RatedAnswer> answers;
  for (int i = 0; i < 200; ++i) {
    answers.push_back({static_cast<double>(random() % 20), random() % 3 == 0});
  }
  const RiskCoverage first = risk_coverage(answers);
  std::shuffle(answers.begin(), answers.end(), random);
  EXPECT_EQ(risk_coverage(answers).curve, first.curve);
  EXPECT_DOUBLE_EQ(risk_coverage(answers).area, first.area);
}

TEST(RiskCoverageTest, BoundsAreMet) {
  EXPECT_TRUE(risk_coverage({}).curve.empty());
  EXPECT_EQ(risk_coverage({}).area, 0);
  const std::vector<RatedAnswer> right = {{0.1, true}, {0.2, true}};
  EXPECT_EQ(risk_coverage(right).area, 0);
  const std::vector<RatedAnswer> wrong = {{0.1, false}, {0.2, false}};
  EXPECT_EQ(risk_coverage(wrong).area, 1);
  EXPECT_EQ(risk_coverage(wrong).curve.back(), (RiskPoint{1, 1}));
}

TEST(RiskCoverageTest, ThinnedKeepsBothEnds) {
  std::vector<RiskPoint> curve;
  for (int i = 0; i < 1000; ++i) curve.push_back({i / 999.0, 0.5});
  const auto points = thinned(curve, 200);
  ASSERT_EQ(points.size(), 200U);
  EXPECT_EQ(points.front(), curve.front());
  EXPECT_EQ(points.back(), curve.back());
  EXPECT_TRUE(std::ranges::is_sorted(points, {}, &RiskPoint::coverage));
  EXPECT_EQ(thinned(points, 200), points);
}

}  // namespace
}  // namespace simdb
