#include "encoder/training/made_classes.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <set>

namespace simdb::training {
namespace {

constexpr std::int64_t kSide = 28;
constexpr int kImages = 40;  // a class

// Class 0 is an upright hook, class 1 a disc; both move a little.
Samples hooks_and_discs() {
  torch::manual_seed(1);
  Samples samples;
  samples.pixels = torch::zeros({2 * kImages, kSide, kSide, 1}, torch::kUInt8);
  const torch::Tensor at = torch::arange(kSide).to(torch::kFloat32);
  for (int i = 0; i < 2 * kImages; ++i) {
    const torch::Tensor image = samples.pixels[i].squeeze(2);
    const auto dx = torch::randint(-2, 3, {1}).item<std::int64_t>();
    const auto dy = torch::randint(-2, 3, {1}).item<std::int64_t>();
    if (i % 2 == 0) {
      image.slice(0, 5 + dy, 20 + dy).slice(1, 10 + dx, 13 + dx).fill_(255);
      image.slice(0, 17 + dy, 20 + dy).slice(1, 10 + dx, 19 + dx).fill_(255);
    } else {
      const torch::Tensor x = at - 13.5 - dx;
      const torch::Tensor y = (at - 13.5 - dy).unsqueeze(1);
      image.masked_fill_(x * x + y * y < 49, 255);
    }
    samples.labels.push_back(i % 2);
    samples.parents.push_back(3);
  }
  return samples;
}

TEST(MadeClassesTest, TheTrueSamplesComeFirstAndUnchanged) {
  const Samples samples = hooks_and_discs();
  const MadeClasses made = make_classes(samples, 2, 1);
  const auto count = static_cast<std::int64_t>(samples.size());
  EXPECT_TRUE(made.samples.pixels.slice(0, 0, count).equal(samples.pixels));
  EXPECT_TRUE(
      std::equal(samples.labels.begin(), samples.labels.end(), made.samples.labels.begin()));
  for (std::size_t i = 0; i < made.samples.size(); ++i) {
    EXPECT_EQ(made.samples.labels[i] >= 2, i >= samples.size());
    EXPECT_EQ(made.samples.parents[i], i < samples.size() ? 3 : 4);
  }
  EXPECT_EQ(made.samples.pixels.size(0), static_cast<std::int64_t>(made.samples.size()));
}

TEST(MadeClassesTest, EveryNumberIsAClassWithPairs) {
  const MadeClasses made = make_classes(hooks_and_discs(), 2, 1);
  std::map<int, int> images;
  for (const int label : made.samples.labels) ++images[label];
  EXPECT_EQ(images.size(), made.classes);
  EXPECT_EQ(images.rbegin()->first, static_cast<int>(made.classes) - 1);
  for (const auto& [label, count] : images) EXPECT_EQ(count, kImages) << label;
}

TEST(MadeClassesTest, AClassThatLooksTheSameIsNotMade) {
  // Seven hooks, no disc, and four joined ones.
  EXPECT_EQ(make_classes(hooks_and_discs(), 2, 1).classes, 2U + 7U + 4U);
}

TEST(MadeClassesTest, HalvesAreJoined) {
  Samples samples;  // class c is c * 100 everywhere
  samples.pixels = torch::zeros({4, kSide, kSide, 3}, torch::kUInt8);
  samples.pixels.slice(0, 2).fill_(100);
  samples.labels = {0, 0, 1, 1};
  samples.parents = {0, 0, 0, 0};
  const MadeClasses made = make_classes(samples, 2, 1);
  ASSERT_EQ(made.classes, 2U + 4U);  // one colour looks the same however it is turned
  const auto pixel = [&](std::int64_t image, std::int64_t y, std::int64_t x) {
    return made.samples.pixels[image][y][x][2].item<int>();
  };
  EXPECT_EQ((std::set{pixel(4, 0, 27), pixel(4, 11, 0)}), std::set{0});  // 0 over 1
  EXPECT_EQ((std::set{pixel(4, 16, 27), pixel(4, 27, 0)}), std::set{100});
  EXPECT_EQ((std::set{pixel(8, 27, 0), pixel(8, 0, 11)}), std::set{0});  // 0 left of 1
  EXPECT_EQ((std::set{pixel(8, 27, 16), pixel(8, 0, 27)}), std::set{100});
}

TEST(MadeClassesTest, OneSeedGivesOneResult) {
  const Samples samples = hooks_and_discs();
  const MadeClasses once = make_classes(samples, 2, 1);
  EXPECT_TRUE(make_classes(samples, 2, 1).samples.pixels.equal(once.samples.pixels));
  EXPECT_FALSE(make_classes(samples, 2, 2).samples.pixels.equal(once.samples.pixels));
}

TEST(MadeClassesTest, FeaturesAndSingleImagesMakeNothing) {
  const Samples features{torch::zeros({4, 1, 8}), {0, 0, 1, 1}, {0, 0, 0, 0}};
  EXPECT_EQ(make_classes(features, 2, 1).classes, 2U);
  const Samples single{torch::zeros({2, 8, 8, 1}, torch::kUInt8), {0, 1}, {0, 0}};
  EXPECT_EQ(make_classes(single, 2, 1).samples.size(), 2U);
}

}  // namespace
}  // namespace simdb::training
