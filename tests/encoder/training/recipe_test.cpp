#include "encoder/training/recipe.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace simdb::training {
namespace {

LabeledImages images_of(std::size_t classes, std::size_t images_a_class, int channels) {
  LabeledImages images;
  images.input.channels = channels;
  images.classes.resize(classes);
  for (std::size_t i = 0; i < classes * images_a_class; ++i) {
    images.labels.push_back(static_cast<int>(i % classes));
  }
  return images;
}

TEST(RecipeTest, IsValidForDataOfEverySize) {
  for (const std::size_t classes : {2, 10, 100, 5000}) {
    for (const std::size_t images : {2, 20, 1000}) {
      for (const int channels : {1, 3}) {
        const TrainOptions options = recommend(images_of(classes, images, channels));
        EXPECT_NO_THROW(require_valid(options));
        EXPECT_FALSE(options.augment.automatic);
      }
    }
  }
}

TEST(RecipeTest, SmallSetsGetASmallNetworkAndLargeOnesALargeOne) {
  EXPECT_EQ(to_string(recommend(images_of(2, 20, 3)).network), "small");
  EXPECT_EQ(to_string(recommend(images_of(900, 4, 3)).network), "residual");
}

TEST(RecipeTest, ManyClassesAreSeenInSeveralViews) {
  EXPECT_EQ(recommend(images_of(900, 4, 1)).test_views, kSizedViews);
  EXPECT_EQ(recommend(images_of(10, 6000, 1)).test_views, 1);
  EXPECT_EQ(recommend(images_of(900, 4, 3)).test_views, kSizedViews);
  EXPECT_EQ(recommend(images_of(10, 6000, 3)).test_views, 1);
}

TEST(RecipeTest, LargeSetsAreShownFewerTimes) {
  EXPECT_GT(recommend(images_of(900, 4, 3)).epochs, recommend(images_of(10, 6000, 1)).epochs);
}

/// Coarse noise in every channel that fine noise lies on: nothing is flat, and neighbours are
/// alike.
void fill_with_photographs(LabeledImages& images) {
  std::mt19937 random(1);
  images.input.width = images.input.height = 48;
  for (std::size_t image = 0; image < images.size(); ++image) {
    std::array<unsigned, 16 * 3> coarse;
    for (unsigned& value : coarse) value = random() % 200;
    for (unsigned p = 0; p < 48 * 48; ++p) {
      for (unsigned c = 0; c < 3; ++c) {
        const unsigned cell = p / 48 / 12 * 4 + p % 48 / 12;
        images.pixels.push_back(static_cast<std::uint8_t>(coarse[cell * 3 + c] + random() % 40));
      }
    }
  }
}

TEST(RecipeTest, PhotographsGetTheirChangesAndAShortTraining) {
  LabeledImages photographs = images_of(50, 20, 3);
  const TrainOptions drawn = recommend(photographs);
  EXPECT_EQ(to_string(drawn.augment), to_string(parse_augment("icons")));
  fill_with_photographs(photographs);
  const TrainOptions options = recommend(photographs);
  EXPECT_EQ(to_string(options.augment), to_string(parse_augment("photo")));
  EXPECT_EQ(options.epochs, 20);
  EXPECT_LT(options.epochs, drawn.epochs / 10);
  EXPECT_LT(options.patience, options.epochs / 2);
}

TEST(RecipeTest, BelowFiveHundredImagesAndForMnistNothingHasChanged) {
  EXPECT_EQ(recommend(images_of(9, 10, 3)).epochs, 30);
  EXPECT_EQ(recommend(images_of(9, 10, 3)).patience, 10);
  EXPECT_EQ(recommend(images_of(10, 6000, 1)).epochs, 16);
  EXPECT_EQ(recommend(images_of(10, 6000, 1)).patience, 8);
}

}  // namespace
}  // namespace simdb::training
