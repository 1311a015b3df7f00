#include "encoder/training/backbone_head.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "encoder/model/onnx_model.h"
#include "encoder/training/samples.h"
#include "encoder/training/view_features.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::training {
namespace {

LabeledImages random_images(const InputSpec& input, int count) {
  LabeledImages images;
  images.input = input;
  images.classes = {"a", "b"};
  std::mt19937 random(3);
  for (int i = 0; i < count; ++i) {
    images.labels.push_back(i % 2);
    const std::uint32_t most = 64 + random() % 192;  // images of different brightness
    for (std::size_t p = 0; p < input.values(); ++p) {
      images.pixels.push_back(static_cast<std::uint8_t>(random() % most));
    }
  }
  return images;
}

// Features as backbones have them: all positive, of very different sizes, one of them dead.
torch::Tensor odd_features(std::int64_t rows) {
  torch::Tensor features = torch::rand({rows, 8}) * torch::logspace(-2, 2, 8) + 5;
  features.select(1, 3).fill_(0);
  return features;
}

TEST(BackboneHeadTest, GivesUnitVectorsOfStandardisedFeatures) {
  at::manual_seed(1);
  const torch::Tensor features = odd_features(200);
  HeadNetwork head(features, {.hidden = 0, .dimension = 32, .dropout = 0.5});
  const torch::Tensor seen = (features - head.mean()) / head.scale();
  EXPECT_LT(seen.mean(0).abs().max().item<float>(), 1e-3F);
  for (int f = 0; f < 8; ++f) {
    EXPECT_NEAR(seen.select(1, f).std(false).item<float>(), f == 3 ? 0 : 1, 1e-3) << f;
  }
  const torch::Tensor rows = head.forward(features);
  EXPECT_EQ(rows.size(1), 32);
  EXPECT_TRUE(rows.norm(2, 1).allclose(torch::ones({200}), 1e-5, 1e-5));
}

TEST(BackboneHeadTest, DropsFeaturesOnlyInTraining) {
  at::manual_seed(1);
  const torch::Tensor features = odd_features(50);
  HeadNetwork head(features, {.hidden = 12, .dimension = 16, .dropout = 0.5});
  EXPECT_FALSE(head.forward(features).equal(head.forward(features)));
  head.eval();
  EXPECT_TRUE(head.forward(features).equal(head.forward(features)));
}

TEST(BackboneHeadTest, ItsStateIsParametersAndStandardisation) {
  HeadNetwork linear(odd_features(9), {});
  EXPECT_EQ(linear.parameters().size(), 2U);
  EXPECT_EQ(linear.buffers().size(), 2U);
  HeadNetwork deep(odd_features(9), {.hidden = 5});
  EXPECT_EQ(deep.parameters().size(), 4U);
}

TEST(BackboneHeadTest, RefusesOptionsWithoutSense) {
  const auto code = [](const torch::Tensor& features, const HeadOptions& options) {
    return test::code_of([&] { HeadNetwork(features, options); });
  };
  const torch::Tensor features = odd_features(5);
  EXPECT_EQ(code(torch::empty({0, 8}), {}), ErrorCode::kUsage);
  EXPECT_EQ(code(torch::empty({8}), {}), ErrorCode::kUsage);
  EXPECT_EQ(code(features, {.hidden = -1}), ErrorCode::kUsage);
  EXPECT_EQ(code(features, {.dimension = 20}), ErrorCode::kUsage);
  EXPECT_EQ(code(features, {.dimension = -16}), ErrorCode::kUsage);
  EXPECT_EQ(code(features, {.dropout = 1}), ErrorCode::kUsage);
  EXPECT_EQ(code(features, {.dropout = -0.1}), ErrorCode::kUsage);
}

// From pixels to embeddings by both ways: features and LibTorch, the merged file and OpenCV.
void expect_merged_file_agrees(const test::BackboneRecipe& recipe, int hidden) {
  at::manual_seed(2);
  const test::TemporaryFolder folder;
  const BackboneFeatures backbone(
      read_backbone(test::make_backbone(recipe), "net.onnx", recipe.input));
  FeatureCache cache(folder / "cache", backbone.key(), backbone.dimension());
  LabeledImages images = random_images(recipe.input, 40);
  ASSERT_TRUE(compute_features(images, backbone, cache, {}));
  const torch::Tensor features = all_samples(images).pixels.select(1, 0).contiguous();
  ASSERT_EQ(features.size(0), 40);
  ASSERT_EQ(features.size(1), 8);
  HeadNetwork head(features, {.hidden = hidden, .dimension = 16, .dropout = 0.3});
  head.eval();
  const torch::NoGradGuard no_gradients;
  const torch::Tensor expected = head.forward(features).contiguous();

  const OnnxEncoder encoder(write_backbone_model(backbone.backbone(), export_head(head), {}));
  std::vector<float> planes(images.pixels.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    normalize_pixels(images.image(i), recipe.input,
                     std::span(planes).subspan(i * recipe.input.values(), recipe.input.values()));
  }
  const EmbeddingBatch found = encoder.encode_planes(planes);
  ASSERT_EQ(found.values().size(), 40U * 16);
  for (std::size_t i = 0; i < found.values().size(); ++i) {
    ASSERT_NEAR(found.values()[i], expected.data_ptr<float>()[i], 1e-4) << "value " << i;
  }
}

TEST(BackboneHeadTest, OpenCvAnswersAsLibTorch) {
  expect_merged_file_agrees({}, 0);
  expect_merged_file_agrees({.batch = 1, .batch_norm = true, .residual = true, .planes = true}, 0);
  expect_merged_file_agrees({.opset = 9, .batch_norm = true}, 24);
}

}  // namespace
}  // namespace simdb::training
