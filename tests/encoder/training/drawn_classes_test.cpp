#include "encoder/training/drawn_classes.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace simdb::training {
namespace {

// White with a red square, and black with a green one.
Samples two_colorings(std::int64_t height = 28, std::int64_t width = 28) {
  Samples samples;
  samples.pixels = torch::full({2, height, width, 3}, 255, torch::kUInt8);
  samples.pixels[1].fill_(0);
  const auto square = [&](int image) {
    return samples.pixels[image].slice(0, 8, 14).slice(1, 8, 14);
  };
  square(0).copy_(torch::tensor({200, 10, 20}, torch::kUInt8));
  square(1).copy_(torch::tensor({0, 250, 30}, torch::kUInt8));
  samples.labels = {0, 1};
  samples.parents = {5, 5};
  return samples;
}

TEST(DrawnClassesTest, TheTrueSamplesComeFirstAndDrawnClassesHaveAParentOfTheirOwn) {
  const Samples samples = two_colorings();
  const MadeClasses made = draw_classes({samples, 2}, 7, 1);
  EXPECT_EQ(made.classes, 9U);
  EXPECT_TRUE(made.samples.pixels.slice(0, 0, 2).equal(samples.pixels));
  std::map<int, int> images;
  for (std::size_t i = 0; i < made.samples.size(); ++i) {
    EXPECT_EQ(made.samples.parents[i], i < 2 ? 5 : 6);
    ++images[made.samples.labels[i]];
  }
  EXPECT_EQ(images.size(), 9U);
  EXPECT_EQ(images.begin()->first, 0);
  EXPECT_EQ(images.rbegin()->first, 8);
  for (auto entry = std::next(images.begin(), 2); entry != images.end(); ++entry) {
    EXPECT_GE(entry->second, 8);
  }
  EXPECT_EQ(made.samples.pixels.size(0), static_cast<std::int64_t>(made.samples.size()));
}

TEST(DrawnClassesTest, ImagesHaveInkOnBackgroundAndFitWhateverTheirSize) {
  for (const auto& [height, width] : {std::pair{28, 28}, {20, 41}, {48, 16}}) {
    const MadeClasses made = draw_classes({two_colorings(height, width), 2}, 40, 3);
    for (std::int64_t i = 2; i < made.samples.pixels.size(0); ++i) {
      const torch::Tensor image = made.samples.pixels[i].to(torch::kFloat32);
      const bool on_white = image.amax().item<float>() == 255;
      const torch::Tensor background =
          on_white ? torch::tensor({255.F, 255.F, 255.F}) : torch::tensor({0.F, 0.F, 0.F});
      const double inked =
          (image - background).abs().sum(2).gt(1).to(torch::kFloat64).mean().item<double>();
      EXPECT_GT(inked, 0.005) << i;
      EXPECT_LT(inked, 0.95) << i;
    }
  }
}

TEST(DrawnClassesTest, ColoursAreThoseOfTheDataAndTellNoClass) {
  const MadeClasses made = draw_classes({two_colorings(), 2}, 20, 1);
  std::map<int, std::set<bool>> on_white;
  for (std::size_t i = 2; i < made.samples.size(); ++i) {
    const torch::Tensor image = made.samples.pixels[static_cast<std::int64_t>(i)];
    // Red and green are mixed with the background only.
    const torch::Tensor values = image.reshape({-1, 3}).to(torch::kInt64);
    const bool white = values.amax().item<std::int64_t>() == 255;
    on_white[made.samples.labels[i]].insert(white);
    const torch::Tensor red = values.select(1, 0);
    EXPECT_GE(red.amin().item<std::int64_t>(), white ? 200 : 0) << "green on white";
    EXPECT_LE(red.amax().item<std::int64_t>(), white ? 255 : 0) << "red on black";
  }
  for (const auto& [label, both] : on_white) EXPECT_EQ(both.size(), 2U) << "class " << label;
}

// By the nearest image of the same colours, in the same pixels: far better than chance, far from
// certain.
TEST(DrawnClassesTest, ClassesDifferAndTheirImagesVary) {
  Samples samples = two_colorings();
  samples.pixels = samples.pixels.slice(0, 0, 1);
  samples.labels.pop_back();
  samples.parents.pop_back();
  constexpr std::size_t kClasses = 50;
  const MadeClasses made = draw_classes({samples, 1}, kClasses, 2);
  const torch::Tensor rows = made.samples.pixels.slice(0, 1).flatten(1).to(torch::kFloat32) / 255;
  torch::Tensor distances = torch::cdist(rows, rows);
  distances.fill_diagonal_(1e9);
  const torch::Tensor nearest = distances.argmin(1).contiguous();
  int right = 0;
  for (std::int64_t i = 0; i < nearest.size(0); ++i) {
    right +=
        made.samples.labels[1 + i] == made.samples.labels[1 + nearest.data_ptr<std::int64_t>()[i]];
  }
  const double share = right / static_cast<double>(nearest.size(0));
  EXPECT_GT(share, 5.0 / kClasses);
  EXPECT_LT(share, 0.8);
}

TEST(DrawnClassesTest, OneSeedGivesOneResult) {
  const Samples samples = two_colorings();
  const torch::Tensor first = draw_classes({samples, 2}, 5, 1).samples.pixels;
  EXPECT_TRUE(first.equal(draw_classes({samples, 2}, 5, 1).samples.pixels));
  EXPECT_FALSE(first.equal(draw_classes({samples, 2}, 5, 2).samples.pixels));
}

TEST(DrawnClassesTest, FeaturesAndNothingComeBackAsTheyAre) {
  Samples features;
  features.pixels = torch::rand({4, 1, 8});
  features.labels = {0, 0, 1, 1};
  features.parents = {0, 0, 0, 0};
  EXPECT_EQ(draw_classes({features, 2}, 5, 1).classes, 2U);
  EXPECT_EQ(draw_classes({two_colorings(), 2}, 0, 1).samples.size(), 2U);
}

}  // namespace
}  // namespace simdb::training
