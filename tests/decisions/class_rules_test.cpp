#include "decisions/class_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "tests/support/errors.h"

namespace simdb {
namespace {

std::shared_ptr<CalibrationState> classes_of(std::size_t count) {
  auto state = std::make_shared<CalibrationState>();
  for (std::size_t i = 0; i < count; ++i) {
    state->classes.push_back({"class " + std::to_string(10000 + i), {}});
  }
  return state;
}

std::vector<ItemScore> item_scores(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  std::vector<ItemScore> scores;
  for (const float value : values) scores.push_back({value, ItemId{scores.size() + 1}});
  return scores;
}

// Scores that tie often.
std::vector<float> few_values(std::size_t count, std::mt19937_64& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 8) / 8;
  return values;
}

TEST(ClassRulesTest, NeedsAsManyItemsAsAlphaSays) {
  for (const auto& [alpha, needed] :
       {std::pair{0.05, 19U}, {0.1, 9U}, {0.2, 4U}, {0.01, 99U}, {0.5, 1U}, {0.3, 3U}}) {
    for (const std::size_t n : {needed - 1, needed, needed + 1}) {
      auto state = classes_of(1);
      state->classes[0].scores.calibrating = item_scores(std::vector<float>(n, 0.5F));
      EXPECT_EQ(ClassRules(state, alpha).calibrated_by(0),
                n >= needed ? CalibratedBy::kItems : CalibratedBy::kNothing)
          << alpha << ", " << n << " items";
    }
  }
}

TEST(ClassRulesTest, TheThresholdIsWhereThePValueExceedsAlpha) {
  std::mt19937_64 random(1);
  int compared = 0;
  for (int round = 0; round < 2000; ++round) {
    const double alpha = std::array{0.01, 0.05, 0.07, 0.1, 0.2, 0.29, 0.5}[random() % 7];
    auto state = classes_of(40);
    for (CalibrationState::Class& known : state->classes) {
      known.scores.groups = 1 + random() % 12;
      known.scores.drawn = few_values(random() % 12, random);
      if (random() % 4 == 0)
        known.scores.calibrating = item_scores(few_values(random() % 120, random));
      if (random() % 8 == 0) {
        known.scores.held_out = few_values(random() % 120, random);
        std::ranges::sort(known.scores.held_out);
      }
    }
    const ClassRules rules(state, alpha);
    for (std::uint32_t place = 0; place < 40; ++place) {
      if (rules.calibrated_by(place) == CalibratedBy::kNothing) {
        EXPECT_TRUE(std::isinf(rules.threshold(place)));
        continue;
      }
      for (int s = -1; s <= 9; ++s, ++compared) {
        const float similarity = static_cast<float>(s) / 8;
        ASSERT_EQ(rules.p_value(place, similarity) > alpha, similarity >= rules.threshold(place))
            << "round " << round << ", alpha " << alpha << ", similarity " << similarity;
      }
    }
  }
  EXPECT_GT(compared, 100'000);
}

TEST(ClassRulesTest, AClassOfFewItemsIsCalibratedOverTheOthers) {
  auto state = classes_of(21);
  for (std::size_t i = 0; i < 20; ++i) {
    state->classes[i].scores.groups = 3;
    state->classes[i].scores.drawn = {0.1F * static_cast<float>(i % 10), 0.9F};
  }
  state->classes[20].scores.groups = 1;
  const ClassRules rules(state, 0.05);
  ASSERT_EQ(rules.calibrated_by(20), CalibratedBy::kClasses);
  EXPECT_DOUBLE_EQ(rules.p_value(20, -0.1F), 1.0 / 21);
  EXPECT_DOUBLE_EQ(rules.p_value(20, 0), 3.0 / 21);
  EXPECT_DOUBLE_EQ(rules.p_value(20, 1), 1);
  // Class 0 has three: none of the others has more, so it takes what two tell; its own does not
  // count.
  ASSERT_EQ(rules.calibrated_by(0), CalibratedBy::kClasses);
  EXPECT_DOUBLE_EQ(rules.p_value(0, 0.9F), 1);
  EXPECT_DOUBLE_EQ(rules.p_value(0, 0.8F), 1.0 / 20);
}

TEST(ClassRulesTest, ClassesThatWereTrainedOnAreLeftOut) {
  auto state = classes_of(21);
  for (CalibrationState::Class& known : state->classes) {
    known.scores.groups = 1;
    known.scores.drawn = {0.5F};
  }
  state->classes[3].scores.has_trained_on = true;
  state->classes[3].scores.drawn.clear();
  EXPECT_EQ(ClassRules(state, 0.05).calibrated_by(3), CalibratedBy::kNothing);
  EXPECT_EQ(ClassRules(state, 0.05).calibrated_by(4), CalibratedBy::kClasses);  // by 19
  state->classes[4].scores.drawn.clear();
  EXPECT_EQ(ClassRules(state, 0.05).calibrated_by(5), CalibratedBy::kNothing);  // by 18
}

TEST(ClassRulesTest, RefusesWhatIsNoShare) {
  for (const double alpha : {0.0, 1.0, -0.1, 2.0, std::nan("")}) {
    EXPECT_EQ(test::code_of([&] { ClassRules(classes_of(1), alpha); }), ErrorCode::kUsage);
  }
}

TEST(ClassRulesTest, ThereMustBeEnoughScoresForASmallPValue) {
  EXPECT_EQ(least_scores(0.05), 19U);
  EXPECT_EQ(least_scores(0.1), 9U);
  EXPECT_EQ(least_scores(0.5), 1U);
}

}  // namespace
}  // namespace simdb
