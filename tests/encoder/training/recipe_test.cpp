#include "encoder/training/recipe.h"

#include <gtest/gtest.h>

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

TEST(RecipeTest, LargeSetsAreShownFewerTimes) {
  EXPECT_GT(recommend(images_of(900, 4, 3)).epochs, recommend(images_of(10, 6000, 1)).epochs);
}

}  // namespace
}  // namespace simdb::training
