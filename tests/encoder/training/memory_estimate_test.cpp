#include "encoder/training/memory_estimate.h"

#include <gtest/gtest.h>

namespace simdb::training {
namespace {

LabeledImages images_of(std::size_t count, int side) {
  LabeledImages images;
  images.input.width = images.input.height = side;
  images.labels.resize(count);
  images.pixels.resize(count * images.input.values());
  return images;
}

TEST(MemoryEstimateTest, EveryImageTakesItsPixelsThrice) {
  const TrainOptions options;
  const auto few = expected_memory(images_of(1000, 28), options);
  const auto many = expected_memory(images_of(3000, 28), options);
  EXPECT_EQ(many - few, 3U * 2000 * 28 * 28 * 3);
}

TEST(MemoryEstimateTest, LargerNetworksBatchesAndInputsTakeMore) {
  TrainOptions options;
  const auto usual = expected_memory(images_of(1000, 28), options);
  EXPECT_GT(usual, std::uint64_t{100} << 20);
  EXPECT_LT(usual, std::uint64_t{1000} << 20);
  EXPECT_GT(expected_memory(images_of(1000, 48), options), usual);
  options.network = network_preset("residual");
  const auto residual = expected_memory(images_of(1000, 28), options);
  EXPECT_GT(residual, usual);
  options.batch = 768;
  EXPECT_GT(expected_memory(images_of(1000, 28), options), residual);
}

TEST(MemoryEstimateTest, OfABackboneTheFeaturesCount) {
  LabeledImages images = images_of(1000, 28);
  TrainOptions options;
  options.backbone = BackboneOptions();
  images.features.views = 2;
  images.features.width = 100;
  const auto two = expected_memory(images, options);
  images.features.views = 4;
  EXPECT_EQ(expected_memory(images, options) - two, 3U * 1000 * 2 * 100 * 4);
}

}  // namespace
}  // namespace simdb::training
