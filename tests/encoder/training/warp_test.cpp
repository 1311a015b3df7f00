#include <gtest/gtest.h>

#include "encoder/training/warp_internal.h"

namespace simdb::training {
namespace {

constexpr std::int64_t kSide = 28;

/// White blots of 6 x 6 pixels in the middle of black.
torch::Tensor blots(int rows) {
  const torch::Tensor planes = torch::zeros({rows, 1, kSide, kSide});
  planes.slice(2, 11, 17).slice(3, 11, 17).fill_(1);
  return planes;
}

/// The centre of mass of every image: N x 2 (x, y), in pixels from the middle.
torch::Tensor centers(const torch::Tensor& planes) {
  const torch::Tensor line = torch::arange(kSide, torch::kFloat32) - (kSide - 1) / 2.0;
  const torch::Tensor mass = planes.sum({1, 2, 3});
  return torch::stack(
      {(planes.sum({1, 2}) * line).sum(1) / mass, (planes.sum({1, 3}) * line).sum(1) / mass}, 1);
}

torch::Tensor identity(int rows) { return torch::eye(3).repeat({rows, 1, 1}); }

TEST(WarpTest, TheIdentityChangesNothing) {
  const torch::Tensor planes = torch::rand({4, 3, kSide, kSide});
  const torch::Tensor same = warp(planes, torch::full({4, 3}, 0.5), identity(4), {});
  EXPECT_TRUE(same.allclose(planes, 0, 1e-4));
}

TEST(WarpTest, AShiftOfTheSourceMovesThePicture) {
  torch::Tensor maps = identity(1);
  maps[0][0][2] = 2.0 * 3 / kSide;  // taken from 3 pixels to the right
  const torch::Tensor moved = warp(blots(1), torch::zeros({1, 1}), maps, {});
  EXPECT_NEAR(centers(moved)[0][0].item<float>(), -3, 1e-3);
  EXPECT_NEAR(centers(moved)[0][1].item<float>(), 0, 1e-3);
}

TEST(WarpTest, ElasticBendsButKeepsTheMeanPosition) {
  constexpr int kRows = 400;
  RandomTensors random(1);
  const torch::Tensor bends =
      draw_displacements(parse_augment("elastic"), kRows, kSide, kSide, random);
  ASSERT_EQ(bends.sizes(), (std::vector<std::int64_t>{kRows, 2, kSide, kSide}));
  const torch::Tensor planes = blots(kRows);
  const torch::Tensor bent = warp(planes, torch::zeros({kRows, 1}), identity(kRows), bends);
  const torch::Tensor moved = centers(bent);
  EXPECT_LT(moved.mean(0).abs().max().item<float>(), 0.2);
  EXPECT_GT(moved.abs().mean().item<float>(), 0.2);
  EXPECT_LT(moved.abs().mean().item<float>(), 1.5);
  EXPECT_GT((bent - planes).abs().amax({1, 2, 3}).min().item<float>(), 0.05);  // every one changes
}

TEST(WarpTest, DisplacementsAreSmooth) {
  RandomTensors random(1);
  const torch::Tensor bends =
      draw_displacements(parse_augment("elastic"), 50, kSide, kSide, random);
  const torch::Tensor steps = (bends.slice(3, 1) - bends.slice(3, 0, -1)).abs();
  EXPECT_LT(steps.max().item<float>() * kSide / 2,
            1);  // one pixel per pixel would fold the picture
}

TEST(WarpTest, ADisplacementPassesThroughTheMap) {
  torch::Tensor maps = identity(1);
  maps[0][0][0] = -1;  // mirrored: a displacement to the right becomes one to the left
  torch::Tensor right = torch::zeros({1, 2, kSide, kSide});
  right.select(1, 0).fill_(2.0 * 3 / kSide);
  const torch::Tensor moved = warp(blots(1), torch::zeros({1, 1}), maps, right);
  EXPECT_NEAR(centers(moved)[0][0].item<float>(), -3, 1e-3);
}

TEST(WarpTest, CropTakesAPartThatLiesInside) {
  RandomTensors random(1);
  const torch::Tensor maps = draw_maps(parse_augment("crop"), 500, random);
  const torch::Tensor scale =
      torch::stack({maps.select(1, 0).select(1, 0), maps.select(1, 1).select(1, 1)});
  const torch::Tensor shift =
      torch::stack({maps.select(1, 0).select(1, 2), maps.select(1, 1).select(1, 2)});
  EXPECT_LE((scale + shift.abs()).max().item<float>(), 1 + 1e-6);
  EXPECT_GE(scale.min().item<float>(), 0.75);
  EXPECT_LT(scale.min().item<float>(), 0.8);
}

TEST(WarpTest, FlipMirrorsHalf) {
  RandomTensors random(1);
  const torch::Tensor x = draw_maps(parse_augment("flip"), 400, random).select(1, 0).select(1, 0);
  EXPECT_NEAR(x.eq(-1).sum().item<std::int64_t>(), 200, 50);
  EXPECT_TRUE(x.abs().eq(1).all().item<bool>());
}

TEST(WarpTest, PerspectiveMakesOneEdgeLongerAtAnyStrength) {
  AugmentOptions options = parse_augment("perspective");
  options.strength = 3;
  RandomTensors random(1);
  const torch::Tensor tilt = draw_maps(options, 500, random).select(1, 2).slice(1, 0, 2).abs();
  EXPECT_GT(tilt.max().item<float>(), 0.4);
  EXPECT_LT(tilt.sum(1).max().item<float>(), 1);  // else a point of the picture lies at infinity
}

TEST(WarpTest, NudgeIsASmallAffine) {
  RandomTensors a(1);
  RandomTensors b(1);
  const auto distance = [](const torch::Tensor& maps) {
    return (maps - torch::eye(3)).abs().mean().item<float>();
  };
  EXPECT_LT(distance(draw_maps(parse_augment("nudge"), 200, a)) * 1.4,
            distance(draw_maps(parse_augment("affine,nudge"), 200, b)));
}

}  // namespace
}  // namespace simdb::training
