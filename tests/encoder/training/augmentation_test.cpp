#include "encoder/training/augmentation.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using Switch = bool AugmentOptions::*;

AugmentOptions only(Switch member) {
  AugmentOptions options = parse_augment("none");
  options.*member = true;
  return options;
}

const auto kColorSwitches = {
    &AugmentOptions::affine,      &AugmentOptions::nudge,    &AugmentOptions::elastic,
    &AugmentOptions::perspective, &AugmentOptions::crop,     &AugmentOptions::flip,
    &AugmentOptions::blur,        &AugmentOptions::coarse,   &AugmentOptions::light,
    &AugmentOptions::jitter,      &AugmentOptions::noise,    &AugmentOptions::erase,
    &AugmentOptions::colors,      &AugmentOptions::symmetry, &AugmentOptions::mirror};

constexpr ClassMaking kAllGroups = {Unit::kGroup, 1};
constexpr ClassMaking kAllClasses = {Unit::kClass, 1};

/// Images in so many groups of one class.
BatchShape grouped(std::int64_t images, int groups) {
  return {groups, 1, static_cast<int>(images) / groups};
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
  Augmenter augment(parse_augment("none"), kAllGroups, 1);
  EXPECT_TRUE(augment(images.planes, images.borders, grouped(4, 2)).planes.equal(images.planes));
}

TEST(AugmentationTest, EveryChangeStaysInRangeAndDoesSomething) {
  for (const auto member : kColorSwitches) {
    const Plain images = drawn(16);
    Augmenter augment(only(member), kAllGroups, 1);
    const torch::Tensor changed =
        augment(images.planes, images.borders, grouped(images.planes.size(0), 8)).planes;
    EXPECT_EQ(changed.sizes(), images.planes.sizes());
    EXPECT_TRUE(differ(changed, images.planes));
    EXPECT_GE(changed.min().item<float>(), 0);
    EXPECT_LE(changed.max().item<float>(), 1);
  }
}

TEST(AugmentationTest, OneSeedGivesOneSequence) {
  const Plain images = drawn(8);
  Augmenter a(parse_augment("shapes"), kAllGroups, 3);
  Augmenter b(parse_augment("shapes"), kAllGroups, 3);
  Augmenter c(parse_augment("shapes"), kAllGroups, 4);
  for (int i = 0; i < 2; ++i) {
    const torch::Tensor first = a(images.planes, images.borders, grouped(8, 2)).planes;
    EXPECT_TRUE(first.equal(b(images.planes, images.borders, grouped(8, 2)).planes));
    EXPECT_TRUE(differ(first, c(images.planes, images.borders, grouped(8, 2)).planes));
  }
}

TEST(AugmentationTest, WhatComesInFromOutsideIsTheBorderColour) {
  const Plain images = plain(32, {0.9F, 0.5F, 0.2F});
  for (const auto member : {&AugmentOptions::affine, &AugmentOptions::symmetry}) {
    Augmenter augment(only(member), kAllGroups, 1);
    EXPECT_FALSE(
        differ(augment(images.planes, images.borders, grouped(images.planes.size(0), 8)).planes,
               images.planes));
  }
}

TEST(AugmentationTest, ClassMakingIsSharedByAGroupAndDiffersBetweenGroups) {
  const Plain one = drawn(1);
  const torch::Tensor planes = one.planes.repeat({64, 1, 1, 1});
  const torch::Tensor borders = one.borders.repeat({64, 1});
  for (const auto member : {&AugmentOptions::colors, &AugmentOptions::symmetry}) {
    Augmenter augment(only(member), kAllGroups, 1);
    const torch::Tensor changed = augment(planes, borders, grouped(planes.size(0), 16)).planes;
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
  Augmenter augment(only(&AugmentOptions::colors), kAllGroups, 1);
  const torch::Tensor changed =
      augment(torch::cat({red.planes, blue.planes}).repeat({64, 1, 1, 1}),
              torch::cat({red.borders, blue.borders}).repeat({64, 1}), {64, 2, 1})
          .planes;
  for (int group = 0; group < 64; ++group) {
    const torch::Tensor apart = (changed[2 * group] - changed[2 * group + 1]).abs();
    EXPECT_GT(apart.max().item<float>(), 0.5);
  }
}

TEST(AugmentationTest, ColorsLeaveGreyImagesOfOneChannelAlone) {
  const Plain images = drawn(8, 1);
  Augmenter augment(only(&AugmentOptions::colors), kAllGroups, 1);
  EXPECT_TRUE(augment(images.planes, images.borders, grouped(images.planes.size(0), 4))
                  .planes.equal(images.planes));
}

TEST(AugmentationTest, ColorsKeepGreyGrey) {
  const Plain images = plain(64, {0.3F, 0.3F, 0.3F});
  Augmenter augment(only(&AugmentOptions::colors), kAllGroups, 1);
  const torch::Tensor changed =
      augment(images.planes, images.borders, grouped(images.planes.size(0), 64)).planes;
  EXPECT_LT((changed.select(1, 0) - changed.select(1, 1)).abs().max().item<float>(), 1e-5);
  EXPECT_LT((changed.select(1, 0) - changed.select(1, 2)).abs().max().item<float>(), 1e-5);
}

TEST(AugmentationTest, SymmetryLeavesHalfOfTheGroupsAlone) {
  const Plain images = drawn(200);
  Augmenter augment(only(&AugmentOptions::symmetry), kAllGroups, 1);
  const torch::Tensor changed =
      augment(images.planes, images.borders, grouped(images.planes.size(0), 200)).planes;
  int left_alone = 0;
  for (int i = 0; i < 200; ++i) {
    if (!differ(changed[i], images.planes[i])) ++left_alone;
  }
  EXPECT_NEAR(left_alone, 100, 30);
}

TEST(AugmentationTest, TheShareIsThatOfTheChangedGroups) {
  const Plain images = drawn(400);
  Augmenter augment(only(&AugmentOptions::colors), {Unit::kGroup, 0.1}, 1);
  const torch::Tensor changed =
      augment(images.planes, images.borders, grouped(images.planes.size(0), 400)).planes;
  int groups = 0;
  for (int i = 0; i < 400; ++i) groups += differ(changed[i], images.planes[i]) ? 1 : 0;
  EXPECT_NEAR(groups, 40, 25);
}

TEST(AugmentationTest, InClassUnitTheImagesOfAClassShareAQuarterTurn) {
  const Plain one = drawn(1);
  constexpr int kUnits = 2 * 50;  // 2 groups of 50 classes
  const torch::Tensor planes = one.planes.repeat({kUnits * 3, 1, 1, 1});
  Augmenter augment(parse_augment("symmetry,mirror"), kAllClasses, 1);
  const Augmented changed = augment(planes, one.borders.repeat({kUnits * 3, 1}), {2, 50, 3});
  ASSERT_EQ(changed.variants.size(0), kUnits * 3);
  std::set<std::int64_t> seen;
  for (int i = 0; i < kUnits * 3; ++i) {
    const auto variant = changed.variants[i].item<std::int64_t>();
    EXPECT_EQ(variant, changed.variants[i / 3 * 3].item<std::int64_t>());
    seen.insert(variant);
    const torch::Tensor source = variant < 4 ? one.planes[0] : one.planes[0].flip({2});
    const torch::Tensor clockwise = torch::rot90(source, -(variant % 4), {1, 2});
    EXPECT_TRUE(changed.planes[i].allclose(clockwise, 0, 1e-5)) << variant;
  }
  EXPECT_EQ(seen, (std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(AugmentationTest, WithoutMirrorAQuarterOfTheClassesStayUpright) {
  const Plain images = drawn(800, 1);
  Augmenter augment(only(&AugmentOptions::symmetry), kAllClasses, 1);
  const torch::Tensor variants = augment(images.planes, images.borders, {1, 400, 2}).variants;
  EXPECT_EQ(variants.max().item<std::int64_t>(), 3);
  for (int variant = 0; variant < 4; ++variant) {
    EXPECT_NEAR(variants.eq(variant).sum().item<std::int64_t>(), 200, 70);  // of 400 draws: sd 17
  }
}

TEST(AugmentationTest, ClassesOfAFamilyTurnTogetherWithinAGroup) {
  const Plain images = drawn(160, 1);  // 2 groups of 40 classes with 2 images; 4 families
  std::vector<int> families;
  for (int row = 0; row < 160; ++row) families.push_back(row / 2 % 4);
  Augmenter augment(parse_augment("symmetry,mirror"), kAllClasses, 1);
  int apart = 0;
  for (int draw = 0; draw < 10; ++draw) {
    const torch::Tensor variants =
        augment(images.planes, images.borders, {2, 40, 2}, families).variants;
    const auto of = [&](int row) { return variants[row].item<std::int64_t>(); };
    for (int row = 0; row < 160; ++row) {
      EXPECT_EQ(of(row), of(row / 80 * 80 + row % 8)) << row;  // its family's first in the group
    }
    for (int family = 0; family < 4; ++family) {
      apart += of(2 * family) != of(80 + 2 * family) ? 1 : 0;
    }
  }
  EXPECT_GT(apart, 20);  // 35 of 40 expected
}

TEST(AugmentationTest, ColorsInClassUnitAreOneDrawAClassWithoutANumber) {
  const Plain one = drawn(1);
  Augmenter augment(only(&AugmentOptions::colors), {Unit::kClass, 0.5}, 1);
  const Augmented changed =
      augment(one.planes.repeat({200, 1, 1, 1}), one.borders.repeat({200, 1}), {1, 50, 4});
  int classes = 0;
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(differ(changed.planes[i], changed.planes[i / 4 * 4]));
    const bool is_changed = differ(changed.planes[i], one.planes[0]);
    EXPECT_EQ(changed.variants[i].item<std::int64_t>(), is_changed ? -1 : 0);
    classes += i % 4 == 0 && is_changed ? 1 : 0;
  }
  EXPECT_NEAR(classes, 25, 15);
}

TEST(AugmentationTest, VariantsHaveNamesAndANumber) {
  EXPECT_EQ(variant_name(0), "as it was");
  EXPECT_EQ(variant_name(1), "turned 90°");
  EXPECT_EQ(variant_name(4), "mirrored");
  EXPECT_EQ(variant_name(7), "mirrored, turned 270°");
  EXPECT_EQ(variant_count(parse_augment("symmetry"), Unit::kClass), 4);
  EXPECT_EQ(variant_count(parse_augment("glyph"), Unit::kClass), 8);
  EXPECT_EQ(variant_count(parse_augment("glyph"), Unit::kGroup), 1);
}

TEST(AugmentationTest, ARestoredStateGoesOnAlike) {
  const Plain images = drawn(8, 1);
  Augmenter a(parse_augment("glyph"), kAllClasses, 3);
  Augmenter b(parse_augment("glyph"), kAllClasses, 4);
  const auto next = [&](Augmenter& augment) {
    return augment(images.planes, images.borders, {1, 4, 2}).planes;
  };
  next(a);
  const std::string state = a.state();
  b.restore(state);
  const torch::Tensor first = next(a);
  EXPECT_TRUE(first.equal(next(b)));
  const torch::Tensor second = next(a);
  EXPECT_TRUE(second.equal(next(b)));
  EXPECT_TRUE(differ(first, second));
  EXPECT_EQ(test::code_of([&] { b.restore("short"); }), ErrorCode::kBadInput);
}

TEST(AugmentationTest, StrengthZeroKeepsEveryImage) {
  const Plain images = drawn(8, 1);
  AugmentOptions options =
      parse_augment("affine,elastic,perspective,crop,stroke,blur,light,noise,erase");
  options.strength = 0;
  Augmenter augment(options, kAllGroups, 1);
  EXPECT_TRUE(augment(images.planes, images.borders, grouped(8, 2))
                  .planes.allclose(images.planes, 0, 1e-5));
}

TEST(AugmentationTest, AutomaticOptionsMustBeResolved) {
  EXPECT_EQ(test::code_of([] { Augmenter(AugmentOptions(), kAllGroups, 1); }), ErrorCode::kUsage);
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
