#include "encoder/training/augmentation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace simdb::training {
namespace {

constexpr AugmentOptions kNone = {false, false, false, false, false};

using Switch = bool AugmentOptions::*;

AugmentOptions only(Switch member) {
  AugmentOptions options = kNone;
  options.*member = true;
  return options;
}

/// `rows` images of one colour, N x 3 x 16 x 16, and the colour as their border.
struct Plain {
  torch::Tensor planes;
  torch::Tensor borders;
};
Plain plain(int rows, std::vector<float> color) {
  const auto channels = static_cast<std::int64_t>(color.size());
  const torch::Tensor borders = torch::tensor(color).repeat({rows, 1});
  return {borders.view({rows, channels, 1, 1}).repeat({1, 1, 16, 16}), borders};
}

/// Random pictures on white: only the middle 6 x 6 pixels are drawn.
Plain drawn(int rows, int channels = 3) {
  const torch::Tensor planes = torch::ones({rows, channels, 16, 16});
  planes.slice(2, 5, 11).slice(3, 5, 11).copy_(torch::rand({rows, channels, 6, 6}));
  return {planes, torch::ones({rows, channels})};
}

bool differ(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<float>() > 1e-3;
}

TEST(AugmentationTest, NoneChangesNothing) {
  const Plain images = drawn(4);
  Augmenter augment(kNone, 1, 1);
  EXPECT_TRUE(augment(images.planes, images.borders, 2).equal(images.planes));
}

TEST(AugmentationTest, EveryChangeStaysInRangeAndDoesSomething) {
  for (const auto member : {&AugmentOptions::affine, &AugmentOptions::light, &AugmentOptions::noise,
                            &AugmentOptions::colors, &AugmentOptions::symmetry}) {
    const Plain images = drawn(16);
    Augmenter augment(only(member), 1, 1);
    const torch::Tensor changed = augment(images.planes, images.borders, 8);
    EXPECT_EQ(changed.sizes(), images.planes.sizes());
    EXPECT_TRUE(differ(changed, images.planes));
    EXPECT_GE(changed.min().item<float>(), 0);
    EXPECT_LE(changed.max().item<float>(), 1);
  }
}

TEST(AugmentationTest, OneSeedGivesOneSequence) {
  const Plain images = drawn(8);
  Augmenter a(AugmentOptions(), 1, 3);
  Augmenter b(AugmentOptions(), 1, 3);
  Augmenter c(AugmentOptions(), 1, 4);
  for (int i = 0; i < 2; ++i) {
    const torch::Tensor first = a(images.planes, images.borders, 2);
    EXPECT_TRUE(first.equal(b(images.planes, images.borders, 2)));
    EXPECT_TRUE(differ(first, c(images.planes, images.borders, 2)));
  }
}

TEST(AugmentationTest, WhatComesInFromOutsideIsTheBorderColour) {
  const Plain images = plain(32, {0.9F, 0.5F, 0.2F});
  for (const auto member : {&AugmentOptions::affine, &AugmentOptions::symmetry}) {
    Augmenter augment(only(member), 1, 1);
    EXPECT_FALSE(differ(augment(images.planes, images.borders, 8), images.planes));
  }
}

TEST(AugmentationTest, ClassMakingIsSharedByAGroupAndDiffersBetweenGroups) {
  const Plain one = drawn(1);
  const torch::Tensor planes = one.planes.repeat({64, 1, 1, 1});
  const torch::Tensor borders = one.borders.repeat({64, 1});
  for (const auto member : {&AugmentOptions::colors, &AugmentOptions::symmetry}) {
    Augmenter augment(only(member), 1, 1);
    const torch::Tensor changed = augment(planes, borders, 16);
    int distinct_neighbors = 0;
    for (int group = 0; group < 16; ++group) {
      for (int i = 1; i < 4; ++i) {
        EXPECT_FALSE(differ(changed[group * 4], changed[group * 4 + i]));
      }
      if (group > 0 && differ(changed[group * 4], changed[group * 4 - 4])) ++distinct_neighbors;
    }
    EXPECT_GE(distinct_neighbors, 8);
  }
}

TEST(AugmentationTest, ColorsKeepClassesApart) {
  // Red and blue in each of 64 groups: whatever becomes of them, they do not become one.
  const Plain red = plain(1, {1, 0, 0});
  const Plain blue = plain(1, {0, 0, 1});
  Augmenter augment(only(&AugmentOptions::colors), 1, 1);
  const torch::Tensor changed =
      augment(torch::cat({red.planes, blue.planes}).repeat({64, 1, 1, 1}),
              torch::cat({red.borders, blue.borders}).repeat({64, 1}), 64);
  for (int group = 0; group < 64; ++group) {
    const torch::Tensor apart = (changed[2 * group] - changed[2 * group + 1]).abs();
    EXPECT_GT(apart.max().item<float>(), 0.5);
  }
}

TEST(AugmentationTest, ColorsLeaveGreyImagesOfOneChannelAlone) {
  const Plain images = drawn(8, 1);
  Augmenter augment(only(&AugmentOptions::colors), 1, 1);
  EXPECT_TRUE(augment(images.planes, images.borders, 4).equal(images.planes));
}

TEST(AugmentationTest, ColorsKeepGreyGrey) {
  const Plain images = plain(64, {0.3F, 0.3F, 0.3F});
  Augmenter augment(only(&AugmentOptions::colors), 1, 1);
  const torch::Tensor changed = augment(images.planes, images.borders, 64);
  EXPECT_LT((changed.select(1, 0) - changed.select(1, 1)).abs().max().item<float>(), 1e-5);
  EXPECT_LT((changed.select(1, 0) - changed.select(1, 2)).abs().max().item<float>(), 1e-5);
}

TEST(AugmentationTest, SymmetryLeavesHalfOfTheGroupsAlone) {
  const Plain images = drawn(200);
  Augmenter augment(only(&AugmentOptions::symmetry), 1, 1);
  const torch::Tensor changed = augment(images.planes, images.borders, 200);
  int left_alone = 0;
  for (int i = 0; i < 200; ++i) {
    if (!differ(changed[i], images.planes[i])) ++left_alone;
  }
  EXPECT_NEAR(left_alone, 100, 30);
}

TEST(AugmentationTest, TheMoreClassesTheFewerGroupsAreChanged) {
  EXPECT_EQ(class_making_share(2), 1);
  EXPECT_EQ(class_making_share(8), 1);
  EXPECT_EQ(class_making_share(80), 0.1);
  const Plain images = drawn(400);
  Augmenter augment(only(&AugmentOptions::colors), 0.1, 1);
  const torch::Tensor changed = augment(images.planes, images.borders, 400);
  int groups = 0;
  for (int i = 0; i < 400; ++i) groups += differ(changed[i], images.planes[i]) ? 1 : 0;
  EXPECT_NEAR(groups, 40, 25);
}

TEST(AugmentationTest, BorderColorIsTheMedianOfTheBorder) {
  const torch::Tensor pixels = torch::full({2, 5, 5, 3}, 51, torch::kUInt8);
  pixels[0].slice(0, 1, 4).slice(1, 1, 4).fill_(200);  // inside: not seen
  pixels[0][0].slice(0, 0, 3).fill_(255);              // part of the border: outvoted
  pixels[1].fill_(102);
  const torch::Tensor colors = border_colors(pixels);
  EXPECT_TRUE(colors.allclose(torch::tensor({0.2F, 0.4F}).view({2, 1}).repeat({1, 3})));
}

}  // namespace
}  // namespace simdb::training
