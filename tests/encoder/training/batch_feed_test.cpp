#include "encoder/training/batch_feed.h"

#include <gtest/gtest.h>

#include <set>

#include "encoder/training/embed.h"
#include "tests/support/errors.h"

namespace simdb::training {
namespace {

/// Feature f of view v of image i is 100 i + 10 v + f.
Samples features(int images, int views) {
  Samples samples;
  samples.pixels = torch::arange(images).view({-1, 1, 1}) * 100.F +
                   torch::arange(views).view({1, -1, 1}) * 10.F + torch::arange(3).view({1, 1, 3});
  samples.labels.resize(images);
  return samples;
}

TEST(BatchFeedTest, OneViewIsShownAsItIs) {
  const Samples samples = features(4, 1);
  const auto feed = make_feature_feed(samples, 1);
  const Shown shown = feed->show({2, 0, 2}, {});
  EXPECT_TRUE(shown.inputs.equal(samples.pixels.select(1, 0).index_select(
      0, torch::tensor(std::vector<std::int64_t>{2, 0, 2}))));
  EXPECT_TRUE(shown.variants.equal(torch::zeros({3}, torch::kInt64)));
  EXPECT_EQ(feed->variants(), 1);
}

TEST(BatchFeedTest, EveryViewOfTheImageIsDrawn) {
  const Samples samples = features(4, 3);
  const auto feed = make_feature_feed(samples, 1);
  std::set<int> seen;
  for (int i = 0; i < 50; ++i) {
    const int first = static_cast<int>(feed->show({2}, {}).inputs[0][0].item<float>());
    seen.insert(first);
  }
  EXPECT_EQ(seen, (std::set<int>{200, 210, 220}));
}

TEST(BatchFeedTest, ViewsGoOnFromTheState) {
  const Samples samples = features(40, 5);
  std::vector<std::int64_t> rows(40);
  for (int i = 0; i < 40; ++i) rows[i] = i;
  const auto feed = make_feature_feed(samples, 7);
  feed->show(rows, {});
  const auto other = make_feature_feed(samples, 8);
  other->restore(feed->state());
  EXPECT_TRUE(other->show(rows, {}).inputs.equal(feed->show(rows, {}).inputs));
  EXPECT_EQ(test::code_of([&] { other->restore("nothing"); }), ErrorCode::kBadInput);
}

TEST(BatchFeedTest, OnlySeveralFoldersAreFamilies) {
  Samples samples;
  samples.pixels = torch::randint(256, {80, 8, 8, 1}).to(torch::kUInt8);
  std::vector<std::int64_t> rows;
  for (int i = 0; i < 80; ++i) {
    rows.push_back(i);
    samples.labels.push_back(i / 2);
    samples.parents.push_back(0);
  }
  InputSpec input;
  input.width = input.height = 8;
  input.channels = 1;
  TrainOptions options;
  options.augment = parse_augment("symmetry");
  const auto variants_seen = [&] {
    const auto feed = make_image_feed(samples, input, options, 40);
    const torch::Tensor variants = feed->show(rows, {1, 40, 2}).variants;
    return variants.min().item<std::int64_t>() != variants.max().item<std::int64_t>();
  };
  EXPECT_TRUE(variants_seen());  // one folder: every class has a turn of its own
  for (int i = 0; i < 80; ++i) samples.parents[i] = i < 40 ? 1 : 2;
  const auto feed = make_image_feed(samples, input, options, 40);
  const torch::Tensor variants = feed->show(rows, {1, 40, 2}).variants;
  EXPECT_TRUE(variants.slice(0, 0, 40).eq(variants[0]).all().item<bool>());
  EXPECT_TRUE(variants.slice(0, 40, 80).eq(variants[40]).all().item<bool>());
}

TEST(BatchFeedTest, ImagesWithoutAugmentationArePlanes) {
  Samples samples;
  samples.pixels = torch::randint(256, {5, 6, 6, 3}).to(torch::kUInt8);
  samples.labels = {0, 0, 1, 1, 1};
  InputSpec input;
  input.width = input.height = 6;
  input.mean = {0.5F, 0.4F, 0.3F};
  TrainOptions options;
  options.augment = parse_augment("none");
  const auto feed = make_image_feed(samples, input, options, 2);
  const Shown shown = feed->show({4, 1}, {1, 2, 1});
  const torch::Tensor chosen =
      samples.pixels.index_select(0, torch::tensor(std::vector<std::int64_t>{4, 1}));
  EXPECT_TRUE(shown.inputs.equal(normalize_planes(to_planes(chosen), input)));
}

}  // namespace
}  // namespace simdb::training
