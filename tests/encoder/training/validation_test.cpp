#include "encoder/training/validation.h"

#include <gtest/gtest.h>

#include <set>

#include "encoder/training/network.h"

namespace simdb::training {
namespace {

/// Grey pictures of 4 x 4, each filled with its class's own value.
Samples flat(int classes, int images_a_class) {
  Samples samples;
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < classes * images_a_class; ++i) {
    samples.labels.push_back(i % classes);
    samples.parents.push_back(0);
    pixels.insert(pixels.end(), 16, static_cast<std::uint8_t>(samples.labels.back() * 8));
  }
  samples.pixels = torch::tensor(pixels).to(torch::kUInt8).view({-1, 4, 4, 1});
  return samples;
}

TEST(ValidationTest, FewClassesGiveImagesAndManyGiveClasses) {
  Samples training;
  const Validation few = Validation::split(flat(4, 10), {}, training);
  EXPECT_EQ(few.kind(), ValidationKind::kImages);
  EXPECT_EQ(few.images(), 8U);
  EXPECT_EQ(training.size(), 32U);
  const Validation many = Validation::split(flat(30, 10), {}, training);
  EXPECT_EQ(many.kind(), ValidationKind::kClasses);
  EXPECT_EQ(many.classes(), 10U);
  EXPECT_EQ(training.size(), 200U);
  const std::set<int> seen(training.labels.begin(), training.labels.end());
  for (const int label : many.queries().labels) EXPECT_FALSE(seen.contains(label));
}

TEST(ValidationTest, AFifthOfTheClassesAtFirstAndATenthOfMany) {
  const auto aside = [](std::size_t classes) {
    return share_set_aside(classes, {}) * static_cast<double>(classes);
  };
  EXPECT_NEAR(aside(50), 10, 1e-9);
  EXPECT_NEAR(aside(250), 50, 1e-9);
  EXPECT_NEAR(aside(500), 50, 1e-9);
  EXPECT_NEAR(aside(860), 86, 1e-9);
  TrainOptions options;
  options.validation_share = 0.3;
  EXPECT_EQ(share_set_aside(50, options), 0.3);
  EXPECT_TRUE(sets_classes_aside(20, {}));
  EXPECT_FALSE(sets_classes_aside(19, {}));
}

TEST(ValidationTest, WithoutAShareItIsTheTrainingImages) {
  TrainOptions options;
  options.validation_share = 0;
  Samples training;
  const Validation validation = Validation::split(flat(4, 10), options, training);
  EXPECT_EQ(validation.images(), 0U);
  EXPECT_EQ(training.size(), 40U);
  EXPECT_EQ(validation.queries().size(), 40U);
}

TEST(ValidationTest, LargeSetsAreSampled) {
  const Validation validation = Validation::on(flat(30, 100), {});
  EXPECT_EQ(validation.images(), 3000U);
  EXPECT_EQ(validation.queries().size(), 2000U);
}

TEST(ValidationTest, APointHasNoSpread) {
  InputSpec input;
  input.width = input.height = 4;
  input.channels = 1;
  Network network(input, {.channels = {4}});
  Samples same = flat(1, 10);
  EXPECT_LT(Validation::on(same, {}).judge(network, input).spread, 1e-5);
  EXPECT_GT(Validation::on(flat(30, 4), {}).judge(network, input).spread, 1e-4);
}

}  // namespace
}  // namespace simdb::training
