#include "encoder/training/yardstick.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/support/images.h"

namespace simdb::training {
namespace {

/// Every class has its own colour and little noise on it.
LabeledImages colors(int classes, int images_a_class) {
  LabeledImages images;
  images.input.width = images.input.height = 12;
  for (int c = 0; c < classes; ++c) images.classes.push_back(std::to_string(c));
  for (int i = 0; i < classes * images_a_class; ++i) {
    const int c = i % classes;
    Image image = test::noise_image(12, 12, 3, static_cast<unsigned>(i));
    for (std::size_t p = 0; p < image.pixels.size(); ++p) {
      const int color = c * (p % 3 == 0 ? 9 : p % 3 == 1 ? 37 : 71) % 240;
      image.pixels[p] = static_cast<std::uint8_t>(color + image.pixels[p] % 8);
    }
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(c);
  }
  return images;
}

double of(const std::vector<BaselineScore>& scores, std::string_view name, bool new_classes) {
  for (const BaselineScore& score : scores) {
    if (score.name == name) return new_classes ? score.new_class_accuracy : score.recall_at_1;
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST(YardstickTest, NewClassesAreAskedForAsTheNetworkWillBe) {
  const LabeledImages images = colors(30, 8);
  Samples training;
  const Validation validation = Validation::split(all_samples(images), {}, training);
  ASSERT_EQ(validation.classes(), 10U);
  const Yardstick yardstick(validation, 1);
  const auto scores = yardstick.judge_all(trivial_baselines(), {}, images, images);
  EXPECT_GT(of(scores, "colour histogram", true), 0.9);
  EXPECT_LT(of(scores, "HOG", true), 0.5);  // it sees no colour
  const torch::Tensor perfect =
      torch::one_hot(torch::tensor(validation.queries().labels, torch::kInt64)).to(torch::kFloat32);
  const NewClassScore score = yardstick.score(perfect);
  EXPECT_EQ(score.ways, 10);
  EXPECT_EQ(score.shots, 5);
  EXPECT_NEAR(score.accuracy, 1, 1e-12);
}

// Classes in pairs that look the same: among 20 of 30 a class's twin is seldom there.
TEST(YardstickTest, AmongAllClassesIsHarderThanAmongTwenty) {
  const LabeledImages images = colors(150, 8);
  Samples training;
  const Validation validation = Validation::split(all_samples(images), {}, training);
  ASSERT_EQ(validation.classes(), 30U);
  const Yardstick yardstick(validation, 1);
  const std::vector<int>& labels = validation.queries().labels;
  std::vector<std::int64_t> pairs(labels.begin(), labels.end());
  for (std::int64_t& label : pairs) label /= 2;
  const torch::Tensor rows = torch::one_hot(torch::tensor(pairs)).to(torch::kFloat32);
  EXPECT_EQ(yardstick.score(rows).ways, 20);
  EXPECT_LT(yardstick.score(rows, yardstick.all_ways()).accuracy, yardstick.score(rows).accuracy);
}

TEST(YardstickTest, KnownClassesAreLookedUpInTheGallery) {
  const LabeledImages images = colors(4, 10);
  Samples training;
  const Validation validation = Validation::split(all_samples(images), {}, training);
  const Yardstick yardstick(validation, 1);
  const auto scores = yardstick.judge_all(trivial_baselines(), {}, images, images);
  EXPECT_GT(of(scores, "colour histogram", false), 0.9);
  EXPECT_EQ(of(scores, "colour histogram", true), 0);
  EXPECT_LT(of(scores, "HOG", false), 0.8);
  EXPECT_EQ(yardstick.score(torch::zeros({8, 16})).ways, 0);
}

TEST(YardstickTest, WhatLearnedNothingCanBeAskedOfAllClasses) {
  const LabeledImages images = colors(30, 8);
  const NewClassScore score = score_all_classes(trivial_baselines().back(), images, 1);
  EXPECT_EQ(score.ways, 20);
  EXPECT_EQ(score.shots, 5);
  EXPECT_EQ(score.of_class.size(), 30U);
  EXPECT_GT(score.accuracy, 0.9);
}

TEST(YardstickTest, WhatIsExpectedFollowsHowHardTheClassesAre) {
  const auto scores = [](double aside, double all) {
    return std::vector<BaselineScore>{{"weak", 0, 0.1, 0.9}, {"best", 0, aside, all}};
  };
  EXPECT_DOUBLE_EQ(expected(0.7, scores(0.5, 0.5)), 0.7);
  EXPECT_GT(expected(0.7, scores(0.5, 0.6)), 0.75);
  EXPECT_LT(expected(0.7, scores(0.6, 0.5)), 0.65);
  EXPECT_LT(expected(0.99, scores(0.5, 0.9)), 1);
  EXPECT_EQ(expected(1, scores(0.5, 0.4)), 1);
  EXPECT_EQ(expected(0.7, {}), 0.7);
}

}  // namespace
}  // namespace simdb::training
