// Models that only ONNX Runtime runs, from a file to features and embeddings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_cut.h"
#include "encoder/model/onnx_runner_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::BackboneRecipe;
using test::load_backbone;
using test::random_pixels;
using ::testing::AllOf;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr std::size_t kFeatures = test::kBackboneFeatures;

// Of rows of 8: the gains and shifts are those that the recipe draws behind the convolution's.
std::vector<float> normalised(const BackboneRecipe& recipe, std::vector<float> values) {
  std::mt19937 random(recipe.seed);
  random.discard(kFeatures * static_cast<unsigned>(recipe.input.channels) * 9 + kFeatures);
  std::vector<double> gains, shifts;
  for (std::size_t i = 0; i < kFeatures; ++i) gains.push_back(1 + random() % 1001 / 1000.0);
  for (std::size_t i = 0; i < kFeatures; ++i) shifts.push_back(2 * (random() % 1001 / 1000.0) - 1);
  for (auto row = values.begin(); row != values.end(); row += kFeatures) {
    double mean = 0;
    double variance = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) mean += row[i] / double{kFeatures};
    for (std::size_t i = 0; i < kFeatures; ++i) {
      variance += (row[i] - mean) * (row[i] - mean) / double{kFeatures};
    }
    for (std::size_t i = 0; i < kFeatures; ++i) {
      row[i] =
          static_cast<float>((row[i] - mean) / std::sqrt(variance + 1e-5) * gains[i] + shifts[i]);
    }
  }
  return values;
}

std::vector<float> gelu(std::vector<float> values) {
  for (float& x : values) x = static_cast<float>(x / 2.0 * (1 + std::erf(x / std::sqrt(2.0))));
  return values;
}

// Without ONNX Runtime: that it is refused, and what to do about it. Else true.
bool is_run(const BackboneRecipe& recipe) {
  if (has_onnx_runtime()) return true;
  const Error error = test::error_of([&] { load_backbone(recipe); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("net.onnx"), HasSubstr("export"),
                                  HasSubstr("build simdb with ONNX Runtime")));
  return false;
}

TEST(OnnxRuntimeEngineTest, RunsNormalisationsOfLayers) {
  const BackboneRecipe recipe{.opset = 17, .layer_norm = true};
  if (!is_run(recipe)) return;
  const BackboneFeatures features = load_backbone(recipe);
  EXPECT_EQ(features.runner(), RunnerKind::kOnnxRuntime);
  EXPECT_FALSE(features.backbone().one_at_a_time);
  const auto pixels = random_pixels(recipe.input, 70);
  EXPECT_THAT(features.compute(pixels),
              Pointwise(FloatNear(1e-5F),
                        normalised(recipe, load_backbone({.opset = 17}).compute(pixels))));
}

TEST(OnnxRuntimeEngineTest, RunsNewerOpsets) {
  for (const int opset : {18, 19, 20, 21}) {
    BackboneRecipe recipe{.opset = opset};
    if (!is_run(recipe)) continue;
    const auto pixels = random_pixels(recipe.input, 5);
    const std::vector<float> plain = load_backbone({.opset = 17}).compute(pixels);
    EXPECT_THAT(load_backbone(recipe).compute(pixels), Pointwise(FloatNear(1e-5F), plain));
    recipe.planes = true;
    EXPECT_THAT(load_backbone(recipe).compute(pixels), Pointwise(FloatNear(1e-5F), plain));
    if (opset < 20) continue;
    EXPECT_THAT(load_backbone({.opset = opset, .gelu = true}).compute(pixels),
                Pointwise(FloatNear(1e-5F), gelu(plain)));
  }
}

TEST(OnnxRuntimeEngineTest, RunsModelsThatTakeOneImageAtATime) {
  const BackboneRecipe recipe{.opset = 17, .reshape = false, .one_image = true, .layer_norm = true};
  const BackboneRecipe newer{.opset = 18, .one_image = true};
  if (!is_run(newer)) return;
  // Unsqueeze has its axes as an input since opset 13: as an attribute only OpenCV takes them.
  const Error error = test::error_of([&] { load_backbone(recipe); });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("ONNX Runtime"), HasSubstr("can't run it")));
}

// x.squeeze(-1) as PyTorch exports it from opset 13 on: OpenCV 4.6 and 4.10 do not read it.
TEST(OnnxRuntimeEngineTest, RunsWhatOpenCvKnowsAndCanNotRun) {
  const auto model = [](bool squeezes) {
    std::mt19937 random(1);
    test::Sketch sketch(random, 13);
    std::string x = sketch.conv("image", 3, 8, 3);
    if (squeezes) {
      const std::string wide = sketch.node("Unsqueeze", {x, sketch.list({4})});
      x = sketch.node("Squeeze", {wide, sketch.list({-1})});
    }
    return sketch.finish(x);
  };
  if (!has_onnx_runtime()) {
    const Error error = test::error_of([&] { OnnxEncoder(model(true), "net.onnx"); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("can't use the model net.onnx: OpenCV"),
                                    HasSubstr("built with ONNX Runtime")));
    return;
  }
  const OnnxEncoder squeezed(model(true));
  const OnnxEncoder plain(model(false));
  EXPECT_EQ(squeezed.runner(), RunnerKind::kOnnxRuntime);
  EXPECT_EQ(plain.runner(), RunnerKind::kOpenCv);
  const std::vector<float> planes = trial_planes(plain.header().input, 70);
  const EmbeddingBatch expected = plain.encode_planes(planes);
  const EmbeddingBatch found = squeezed.encode_planes(planes);
  EXPECT_THAT(found.values(), Pointwise(FloatNear(1e-5F), expected.values()));
}

// The file is an encoder like any other, can be cut, and is told apart from what OpenCV computes.
TEST(OnnxRuntimeEngineTest, TheMergedFileIsAnEncoder) {
  for (const BackboneRecipe& recipe : {BackboneRecipe{.opset = 17, .layer_norm = true},
                                       BackboneRecipe{.opset = 21, .gelu = true}}) {
    if (!is_run(recipe)) continue;
    const BackboneFeatures features = load_backbone(recipe);
    Backbone with_roots = features.backbone();
    take_roots(with_roots);
    EXPECT_NE(BackboneFeatures(with_roots).key(), features.key());
    DenseLayer head{8, 32, std::vector<float>(256), std::vector<float>(32, 0.1F)};
    std::mt19937 random(3);
    for (float& weight : head.weight) weight = static_cast<float>(random() % 2001) / 1000 - 1;
    const auto file =
        write_backbone_model(features.backbone(), std::span(&head, 1), {{"nested", "16,32"}});
    const OnnxEncoder encoder(file);
    EXPECT_EQ(encoder.runner(), RunnerKind::kOnnxRuntime);
    const auto pixels = random_pixels(recipe.input, 40);
    const std::vector<float> rows = features.compute(pixels);
    std::vector<Image> images;
    for (std::size_t i = 0; i < 40; ++i) {
      const auto image =
          std::span(pixels).subspan(i * recipe.input.values(), recipe.input.values());
      images.push_back({recipe.input.width, recipe.input.height, 3, {image.begin(), image.end()}});
    }
    const EmbeddingBatch found = encoder.encode(images);
    const EmbeddingBatch shorter = OnnxEncoder(cut_onnx_model(file, 16, "x")).encode(images);
    EXPECT_EQ(shorter.dimension(), 16U);
    for (std::size_t i = 0; i < 40; ++i) {
      std::vector<double> expected(32, 0.1);
      double length = 0;
      for (std::size_t o = 0; o < 32; ++o) {
        for (std::size_t f = 0; f < 8; ++f) expected[o] += head.weight[o * 8 + f] * rows[i * 8 + f];
        length += expected[o] * expected[o];
      }
      for (std::size_t o = 0; o < 32; ++o) {
        ASSERT_NEAR(found.row(i)[o], expected[o] / std::sqrt(length), 1e-5) << "image " << i;
      }
    }
  }
}

TEST(OnnxRuntimeEngineTest, ItsFailuresAreEngineErrors) {
  const InputSpec input;
  try {
    const OnnxRunner runner(RunnerKind::kOnnxRuntime, std::vector<std::byte>(10), input, false);
    runner.try_out(trial_planes(input, 1));
    FAIL() << "no error";
  } catch (const EngineError& e) {
    EXPECT_STRNE(e.what(), "");
  }
}

}  // namespace
}  // namespace simdb
