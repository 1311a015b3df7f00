#include "encoder/training/typical_classes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "encoder/training/split.h"
#include "tests/support/images.h"

namespace simdb::training {
namespace {

/// Half of the classes have a colour of their own, half are noise that nobody can tell apart.
LabeledImages easy_and_hard(int classes, int images_a_class) {
  LabeledImages images;
  images.input.width = images.input.height = 12;
  for (int c = 0; c < classes; ++c) {
    images.classes.push_back(std::to_string(c));
    images.parents.push_back(0);
  }
  for (int i = 0; i < classes * images_a_class; ++i) {
    const int c = i % classes;
    Image image = test::noise_image(12, 12, 3, static_cast<unsigned>(i));
    for (std::size_t p = 0; c < classes / 2 && p < image.pixels.size(); ++p) {
      const int color = c * (p % 3 == 0 ? 19 : p % 3 == 1 ? 67 : 131) % 240;
      image.pixels[p] = static_cast<std::uint8_t>(color + image.pixels[p] % 8);
    }
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(c);
  }
  return images;
}

int hard_ones(const LabeledImages& images, std::uint64_t seed) {
  const std::vector<int> parents(images.size(), 0);
  std::set<int> aside;
  for (const std::size_t row : split_off_classes(images.labels, parents, 0.2, seed).validation) {
    aside.insert(images.labels[row]);
  }
  int hard = 0;
  for (const int label : aside)
    hard += 2 * label >= static_cast<int>(images.classes.size()) ? 1 : 0;
  return hard;
}

TEST(TypicalClassesTest, EasyAndHardClassesAreSetAsideAsTheyOccur) {
  const LabeledImages images = easy_and_hard(40, 7);
  int apart_alone = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    TrainOptions options;
    options.seed = seed;
    const auto draw = draw_typical_classes(images, options);
    ASSERT_TRUE(draw);
    EXPECT_LE(std::abs(hard_ones(images, draw->seed) - 5), 1);  // of 10
    EXPECT_GT(draw->spread, 0.02);
    EXPECT_LT(draw->spread, 0.3);
    apart_alone = std::max(apart_alone, std::abs(hard_ones(images, seed) - 5));
  }
  EXPECT_GE(apart_alone, 2) << "chance alone would have done";
}

TEST(TypicalClassesTest, TheSameImagesAndSeedGiveTheSameDraw) {
  const LabeledImages images = easy_and_hard(30, 7);
  const auto draw = draw_typical_classes(images, {});
  ASSERT_TRUE(draw);
  EXPECT_EQ(draw_typical_classes(images, {})->seed, draw->seed);
}

TEST(TypicalClassesTest, ASplitThatIsNamedIsKept) {
  const LabeledImages images = easy_and_hard(30, 7);
  TrainOptions options;
  EXPECT_GT(choose_split(images, options), 0);
  EXPECT_EQ(options.split_seed, draw_typical_classes(images, {})->seed);
  options.split_seed = 77;
  EXPECT_EQ(choose_split(images, options), 0);
  EXPECT_EQ(options.split_seed, 77U);
}

TEST(TypicalClassesTest, NothingIsDrawnWhereNoClassesAreSetAside) {
  EXPECT_FALSE(draw_typical_classes(easy_and_hard(10, 7), {}));
  TrainOptions options;
  options.validation = ValidationKind::kImages;
  EXPECT_FALSE(draw_typical_classes(easy_and_hard(30, 7), options));
  options = {};
  options.validation_share = 0;
  EXPECT_FALSE(draw_typical_classes(easy_and_hard(30, 7), options));
}

}  // namespace
}  // namespace simdb::training
