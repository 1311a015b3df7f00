#include <gtest/gtest.h>

#include <numbers>

#include "encoder/training/pixel_changes_internal.h"

namespace simdb::training {
namespace {

constexpr std::int64_t kSide = 28;

/// A line of `width` pixels of 0 on 1: the ink is dark.
torch::Tensor lines(int rows, int width) {
  const torch::Tensor planes = torch::ones({rows, 1, kSide, kSide});
  planes.slice(2, 4, 24).slice(3, 12, 12 + width).fill_(0);
  return planes;
}

TEST(PixelChangesTest, StrokeMakesLinesThickerOrThinnerWhicheverIsTheInk) {
  constexpr int kRows = 200;
  for (const bool chalk : {false, true}) {
    const torch::Tensor planes = chalk ? 1 - lines(kRows, 3) : lines(kRows, 3);
    RandomTensors random(1);
    const torch::Tensor changed =
        change_stroke(planes, torch::full({kRows, 1}, chalk ? 0.0 : 1.0), 1, random);
    const torch::Tensor ink = chalk ? changed : 1 - changed;
    const torch::Tensor width = ink.select(2, 14).sum({1, 2});  // across the middle of the line
    EXPECT_NEAR(width.gt(3).sum().item<std::int64_t>(), kRows / 2, 40);
    EXPECT_GT(width.max().item<float>(), 3.8);
    EXPECT_LE(width.max().item<float>(), 3.91);
    EXPECT_LT(width.min().item<float>(), 2.5);
    EXPECT_GE(changed.min().item<float>(), 0);
    EXPECT_LE(changed.max().item<float>(), 1);
  }
}

TEST(PixelChangesTest, ThinningKeepsALineOfOnePixel) {
  RandomTensors random(1);
  const torch::Tensor changed = change_stroke(lines(200, 1), torch::ones({200, 1}), 1, random);
  EXPECT_LE(changed.select(2, 14).select(2, 12).max().item<float>(), 0.351);
}

TEST(PixelChangesTest, BlurKeepsTheMeanAndSoftens) {
  const torch::Tensor planes = lines(50, 2);
  RandomTensors random(1);
  const torch::Tensor soft = blur(planes, 1, random);
  EXPECT_TRUE(soft.mean({1, 2, 3}).allclose(planes.mean({1, 2, 3}), 0, 1e-5));
  const auto steepest = [](const torch::Tensor& image) {
    return (image.slice(3, 1) - image.slice(3, 0, -1)).abs().amax({1, 2, 3});
  };
  EXPECT_TRUE(steepest(soft).lt(steepest(planes)).all().item<bool>());
}

TEST(PixelChangesTest, CoarsenTakesDetailFromHalfOfTheImagesAndKeepsTheMean) {
  const torch::Tensor planes = lines(200, 2);
  RandomTensors random(1);
  const torch::Tensor coarse = coarsen(planes, 1, random);
  EXPECT_TRUE(coarse.mean({1, 2, 3}).allclose(planes.mean({1, 2, 3}), 0, 0.02));
  const auto changed = (coarse - planes).abs().amax({1, 2, 3}).gt(1e-3).sum().item<std::int64_t>();
  EXPECT_NEAR(static_cast<double>(changed), 100, 30);
  RandomTensors again(1);
  EXPECT_TRUE(coarsen(planes, 0, again).allclose(planes, 0, 1e-6));
}

TEST(PixelChangesTest, EraseGivesHalfOfTheImagesARectangleOfTheBorderColour) {
  constexpr int kRows = 2000;
  RandomTensors random(1);
  const torch::Tensor changed =
      erase(torch::zeros({kRows, 3, kSide, kSide}),
            torch::tensor({1.F, 0.5F, 0.25F}).repeat({kRows, 1}), 1, random);
  EXPECT_TRUE(changed.select(1, 0).eq(changed.select(1, 1) * 2).all().item<bool>());
  EXPECT_TRUE(changed.select(1, 0).eq(changed.select(1, 2) * 4).all().item<bool>());
  const torch::Tensor share = changed.select(1, 0).mean({1, 2});
  EXPECT_NEAR(share.gt(0).sum().item<std::int64_t>(), kRows / 2, 110);
  EXPECT_LE(share.max().item<float>(), 0.33 * 0.33);
  // Sides of 10 to 30 %: a mean of 20 %, squared.
  EXPECT_NEAR(share.mean().item<float>() * 2, 0.04, 0.004);
}

TEST(PixelChangesTest, LightKeepsTheOrderOfShades) {
  const torch::Tensor planes = torch::linspace(0, 1, kSide * kSide).view({1, 1, kSide, kSide});
  RandomTensors random(1);
  const torch::Tensor changed =
      change_light(planes.repeat({50, 1, 1, 1}), 1, random).view({50, -1});
  EXPECT_TRUE((changed.slice(1, 1) - changed.slice(1, 0, -1)).gt(0).all().item<bool>());
  EXPECT_LE((changed - planes.view({1, -1})).abs().max().item<float>(), 0.2001);
  EXPECT_GT((changed - planes.view({1, -1})).abs().max().item<float>(), 0.1);
}

TEST(PixelChangesTest, NoiseHasTheDeviationStated) {
  RandomTensors random(1);
  const torch::Tensor noise = add_noise(torch::full({64, 1, kSide, kSide}, 0.5), 2, random) - 0.5;
  EXPECT_NEAR(noise.std().item<float>(), 0.04, 0.002);
  EXPECT_NEAR(noise.mean().item<float>(), 0, 0.002);
}

TEST(PixelChangesTest, AHueTurnOfAThirdExchangesThePrimaries) {
  const torch::Tensor turn =
      hue_turns(torch::tensor({static_cast<float>(2 * std::numbers::pi / 3)}));
  const torch::Tensor red = torch::tensor({1.F, 0.F, 0.F});
  EXPECT_TRUE(torch::mv(turn[0], red).allclose(torch::tensor({0.F, 1.F, 0.F}), 0, 1e-5));
}

TEST(PixelChangesTest, JitterKeepsGreyGreyAndColoursTheirClass) {
  constexpr int kRows = 200;
  RandomTensors random(1);
  const torch::Tensor maps = draw_jitter(kRows, 1, random);
  const torch::Tensor grey = torch::full({kRows, 3, 2, 2}, 0.3);
  EXPECT_TRUE(map_colors(grey, maps).allclose(grey, 0, 1e-5));
  torch::Tensor red = torch::zeros({kRows, 3, 2, 2});
  red.select(1, 0).fill_(1);
  const torch::Tensor changed = map_colors(red, maps);
  EXPECT_GT((changed - red).abs().max().item<float>(), 0.1);
  EXPECT_GT(changed.select(1, 0).min().item<float>(), 0.75);  // still red
  EXPECT_LT(changed.slice(1, 1).max().item<float>(), 0.35);
}

}  // namespace
}  // namespace simdb::training
