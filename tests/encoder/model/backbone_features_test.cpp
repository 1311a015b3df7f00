#include "encoder/model/backbone_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "encoder/model/onnx_model.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::BackboneRecipe;
using test::load_backbone;
using test::random_pixels;
using ::testing::AllOf;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

// Conv 3 x 3 with stride 2, batch norm if `net` has it, ReLU, mean: in double, from the weights
// that the recipe draws in the file's order.
class NaiveBackbone {
 public:
  explicit NaiveBackbone(const BackboneRecipe& recipe) : recipe_(recipe), random_(recipe.seed) {
    weight_ = draw(std::size_t{kFeatures} * recipe.input.channels * 9, -0.4F, 0.5F);
    bias_ = draw(kFeatures, -0.1F, 0.1F);
    if (!recipe.batch_norm) return;
    gain_ = draw(kFeatures, 0.5F, 1.5F);
    shift_ = draw(kFeatures, -0.5F, 0.5F);
    mean_ = draw(kFeatures, -0.5F, 0.5F);
    variance_ = draw(kFeatures, 0.5F, 2);
  }

  std::vector<float> features(std::span<const std::uint8_t> pixels) const {
    const InputSpec& input = recipe_.input;
    std::vector<float> planes(input.values());
    normalize_pixels(pixels, input, planes);
    const int height = (input.height + 1) / 2;
    const int width = (input.width + 1) / 2;
    std::vector<float> result;
    for (std::size_t o = 0; o < kFeatures; ++o) {
      double sum = 0;
      for (int i = 0; i < height * width; ++i) {
        sum += activation(planes, o, i / width * 2, i % width * 2);
      }
      result.push_back(static_cast<float>(sum / (height * width)));
    }
    return result;
  }

 private:
  static constexpr std::size_t kFeatures = test::kBackboneFeatures;

  std::vector<float> draw(std::size_t count, float low, float high) {
    std::vector<float> values(count);
    for (float& value : values) {
      value = low + (high - low) * static_cast<float>(random_() % 1001) / 1000;
    }
    return values;
  }

  double activation(const std::vector<float>& planes, std::size_t o, int y, int x) const {
    const InputSpec& input = recipe_.input;
    double sum = bias_[o];
    std::size_t w = o * input.channels * 9;
    for (int c = 0; c < input.channels; ++c) {
      for (int i = 0; i < 9; ++i, ++w) {
        const int at_y = y + i / 3 - 1;
        const int at_x = x + i % 3 - 1;
        if (at_y < 0 || at_y >= input.height || at_x < 0 || at_x >= input.width) continue;
        sum += weight_[w] * planes[(std::size_t(c) * input.height + at_y) * input.width + at_x];
      }
    }
    if (recipe_.batch_norm) {
      sum = (sum - mean_[o]) / std::sqrt(variance_[o] + 1e-5) * gain_[o] + shift_[o];
    }
    return std::max(sum, 0.0);
  }

  BackboneRecipe recipe_;
  std::mt19937 random_;
  std::vector<float> weight_, bias_, gain_, shift_, mean_, variance_;
};

void expect_naive_features(const BackboneRecipe& recipe) {
  const BackboneFeatures backbone = load_backbone(recipe);
  ASSERT_EQ(backbone.dimension(), 8U);
  const auto pixels = random_pixels(recipe.input, 5);
  const NaiveBackbone naive(recipe);
  std::vector<float> expected;
  for (std::size_t i = 0; i < 5; ++i) {
    const auto row =
        naive.features(std::span(pixels).subspan(i * recipe.input.values(), recipe.input.values()));
    expected.insert(expected.end(), row.begin(), row.end());
  }
  EXPECT_THAT(backbone.compute(pixels), Pointwise(FloatNear(1e-5F), expected));
}

TEST(BackboneFeaturesTest, ComputesTheBackbone) {
  expect_naive_features({});
  expect_naive_features({.seed = 2});
  expect_naive_features(
      {.input = {
           .width = 9, .height = 7, .channels = 1, .mean = {0.5F, 0, 0}, .scale = {0.2F, 1, 1}}});
}

TEST(BackboneFeaturesTest, ComputesBatchNorm) { expect_naive_features({.batch_norm = true}); }

TEST(BackboneFeaturesTest, TakesEveryFormOfExport) {
  expect_naive_features({.opset = 7});
  expect_naive_features({.opset = 9});
  expect_naive_features({.opset = 13});
  expect_naive_features({.opset = 17});
  expect_naive_features({.batch = 1});
  expect_naive_features({.batch = 4});
  expect_naive_features({.free_size = true});
  expect_naive_features({.planes = true});
  expect_naive_features({.batch = 1, .planes = true});
  expect_naive_features({.batch = 1, .reshape = true});
  expect_naive_features({.listed_weights = true});
}

TEST(BackboneFeaturesTest, BatchesDoNotMatter) {
  const BackboneRecipe recipe{.input = {.width = 70, .height = 70}, .residual = true};
  const BackboneFeatures backbone = load_backbone(recipe);
  const auto pixels = random_pixels(recipe.input, 70);
  const std::vector<float> all = backbone.compute(pixels);
  std::vector<float> singly;
  for (std::size_t i = 0; i < 70; ++i) {
    const auto row = backbone.compute(
        std::span(pixels).subspan(i * recipe.input.values(), recipe.input.values()));
    singly.insert(singly.end(), row.begin(), row.end());
  }
  EXPECT_THAT(all, Pointwise(FloatNear(1e-5F), singly));
  EXPECT_TRUE(backbone.compute({}).empty());
}

TEST(BackboneFeaturesTest, TakesATensorInsideTheModel) {
  const BackboneRecipe recipe;
  const auto pixels = random_pixels(recipe.input, 3);
  // The mean of "early" is what the whole model gives.
  EXPECT_THAT(load_backbone(recipe, "early").compute(pixels),
              Pointwise(FloatNear(1e-6F), load_backbone(recipe).compute(pixels)));
  EXPECT_NE(load_backbone(recipe, "side").compute(pixels), load_backbone(recipe).compute(pixels));
}

TEST(BackboneFeaturesTest, RunsWhatTakesOneImageOneByOne) {
  EXPECT_FALSE(load_backbone({}).backbone().one_at_a_time);
  EXPECT_TRUE(load_backbone({.one_image = true}).backbone().one_at_a_time);
  expect_naive_features({.one_image = true});
}

TEST(BackboneFeaturesTest, TellsWhatOpenCvCannotRun) {
  const Error error = test::error_of([] { load_backbone({.unknown_operator = true}); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("net.onnx"), HasSubstr("opset")));
}

// Squeeze and excitation, shapes that are worked out, ReLU6 with inputs as limits: what MobileNets
// and EfficientNets are made of.
TEST(BackboneFeaturesTest, RunsWhatRealNetsAreMadeOf) {
  const auto pixels = random_pixels(BackboneRecipe{}.input, 70);
  for (const int opset : {9, 11, 13, 17}) {
    const std::vector<float> plain = load_backbone({.opset = opset}).compute(pixels);
    EXPECT_THAT(load_backbone({.opset = opset, .worked_out_shape = true}).compute(pixels),
                Pointwise(FloatNear(1e-6F), plain));
    EXPECT_FALSE(
        load_backbone({.opset = opset, .worked_out_shape = true}).backbone().one_at_a_time);
    const std::vector<float> gated = load_backbone({.opset = opset, .gate = true}).compute(pixels);
    ASSERT_EQ(gated.size(), plain.size());
    for (std::size_t i = 0; i < gated.size(); ++i) {
      // Each channel is multiplied by the sigmoid of its own mean.
      EXPECT_NEAR(gated[i], plain[i] / (1 + std::exp(-plain[i])), 1e-5) << "value " << i;
    }
  }
}

TEST(BackboneFeaturesTest, ClipsInEveryFormOfExport) {
  using test::ClipForm;
  // Features beyond 6, which is where OpenCV 4.6 clips if nobody says where.
  const InputSpec input{.width = 12, .height = 10, .scale = {0.02F, 0.02F, 0.02F}};
  const auto pixels = random_pixels(input, 5);
  const std::vector<float> plain = load_backbone({.input = input}).compute(pixels);
  const float highest = *std::ranges::max_element(plain);
  ASSERT_GT(highest, 8);
  const float limit = highest / 2;
  std::vector<float> below = plain;
  std::vector<float> above = plain;
  for (float& value : below) value = std::min(value, limit);
  for (float& value : above) value = std::max(value, limit);
  ASSERT_NE(below, plain);
  ASSERT_NE(above, plain);
  for (const auto form :
       {ClipForm::kInputs, ClipForm::kConstants, ClipForm::kAttributes, ClipForm::kMostOnly,
        ClipForm::kMostAttributeOnly, ClipForm::kLeastOnly, ClipForm::kLeastAttributeOnly}) {
    const bool is_least = form == ClipForm::kLeastOnly || form == ClipForm::kLeastAttributeOnly;
    for (const int opset : {9, 11, 13}) {
      const BackboneRecipe recipe{.input = input, .opset = opset, .clip = limit, .clip_form = form};
      EXPECT_THAT(load_backbone(recipe).compute(pixels),
                  Pointwise(FloatNear(1e-4F), is_least ? above : below))
          << "form " << static_cast<int>(form) << ", opset " << opset;
    }
  }
}

TEST(BackboneFeaturesTest, RootsHaveLengthOne) {
  const BackboneFeatures plain = load_backbone({});
  EXPECT_TRUE(plain.is_nonnegative());
  Backbone backbone = plain.backbone();
  take_roots(backbone);
  const BackboneFeatures roots(backbone);
  EXPECT_NE(roots.key(), plain.key());
  const auto pixels = random_pixels(backbone.input, 5);
  std::vector<float> expected = plain.compute(pixels);
  for (auto row = expected.begin(); row != expected.end(); row += 8) {
    double sum = 0;
    for (int i = 0; i < 8; ++i) sum += row[i];  // of the squares of the roots
    for (int i = 0; i < 8; ++i) row[i] = static_cast<float>(std::sqrt(row[i] / sum));
  }
  EXPECT_THAT(roots.compute(pixels), Pointwise(FloatNear(1e-5F), expected));
  const std::vector<float> finite = roots.compute(std::vector<std::uint8_t>(pixels.size()));
  EXPECT_TRUE(std::ranges::all_of(finite, [](float value) { return std::isfinite(value); }));
  const auto model = write_backbone_model(
      roots.backbone(),
      std::vector{DenseLayer{8, 16, std::vector<float>(128, 0.1F), std::vector<float>(16, 0.1F)}},
      {});
  EXPECT_THAT(OnnxEncoder(model).header().notes.at("backbone"), HasSubstr("square roots"));
}

TEST(BackboneFeaturesTest, ProgressCountsImagesAndStops) {
  const BackboneRecipe recipe{.input = {.width = 4, .height = 4}};
  const BackboneFeatures backbone = load_backbone(recipe);
  const auto pixels = random_pixels(recipe.input, 600);
  std::vector<std::size_t> seen;
  const auto all = backbone.compute(pixels, [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, 600U);
    seen.push_back(done);
    return true;
  });
  EXPECT_EQ(all.size(), 600 * 8U);
  EXPECT_EQ(seen.back(), 600U);
  const auto part = backbone.compute(pixels, [](std::size_t, std::size_t) { return false; });
  EXPECT_EQ(part.size(), seen.front() * 8);
  EXPECT_TRUE(std::ranges::equal(part, std::span(all).first(part.size())));
}

TEST(BackboneFeaturesTest, TheKeyTellsModelsAndInputsApart) {
  const BackboneRecipe recipe{.free_size = true};
  BackboneRecipe brighter = recipe;
  brighter.input.mean = {0.1F, 0, 0};
  EXPECT_EQ(load_backbone(recipe).key(), load_backbone(recipe).key());
  EXPECT_NE(load_backbone(recipe).key(), load_backbone(brighter).key());
  EXPECT_NE(load_backbone(recipe).key(), load_backbone({.free_size = true, .seed = 2}).key());
  EXPECT_NE(load_backbone(recipe).key(), load_backbone(recipe, "early").key());
}

TEST(BackboneFeaturesTest, RefusesHalfAnImage) {
  const BackboneRecipe recipe;
  const auto pixels = random_pixels(recipe.input, 2);
  EXPECT_EQ(test::code_of([&] { load_backbone(recipe).compute(std::span(pixels).first(100)); }),
            ErrorCode::kUsage);
}

// The merged file, run as any encoder, against the head worked out on the features.
void expect_merged(const BackboneRecipe& recipe, bool with_hidden_layer) {
  std::mt19937 random(3);
  const auto dense = [&](int in, int out, bool relu) {
    DenseLayer layer{in, out, std::vector<float>(in * out), std::vector<float>(out), relu};
    for (auto* values : {&layer.weight, &layer.bias}) {
      for (float& value : *values) value = static_cast<float>(random() % 2001) / 1000 - 1;
    }
    return layer;
  };
  std::vector<DenseLayer> head;
  if (with_hidden_layer) head.push_back(dense(8, 20, true));
  head.push_back(dense(with_hidden_layer ? 20 : 8, 32, false));

  const BackboneFeatures backbone = load_backbone(recipe);
  const OnnxEncoder encoder(write_backbone_model(backbone.backbone(), head, {{"loss", "circle"}}));
  const auto pixels = random_pixels(recipe.input, 40);
  std::vector<float> planes(pixels.size());
  std::vector<Image> images;
  for (std::size_t i = 0; i < 40; ++i) {
    const auto image = std::span(pixels).subspan(i * recipe.input.values(), recipe.input.values());
    images.push_back({recipe.input.width,
                      recipe.input.height,
                      recipe.input.channels,
                      {image.begin(), image.end()}});
  }
  const std::vector<float> features = backbone.compute(pixels);
  const EmbeddingBatch found = encoder.encode(images);
  ASSERT_EQ(found.dimension(), 32U);
  for (std::size_t i = 0; i < 40; ++i) {
    std::vector<double> x(features.begin() + i * 8, features.begin() + (i + 1) * 8);
    for (const DenseLayer& layer : head) {
      std::vector<double> y(layer.bias.begin(), layer.bias.end());
      for (std::size_t w = 0; w < layer.weight.size(); ++w) {
        y[w / layer.in_features] += layer.weight[w] * x[w % layer.in_features];
      }
      if (layer.relu) {
        for (double& value : y) value = std::max(value, 0.0);
      }
      x = y;
    }
    double length = 0;
    for (const double value : x) length += value * value;
    for (std::size_t d = 0; d < 32; ++d) {
      ASSERT_NEAR(found.row(i)[d], x[d] / std::sqrt(length), 1e-5) << "image " << i;
    }
  }
}

TEST(BackboneFeaturesTest, TheMergedFileIsBackboneAndHead) {
  expect_merged({}, false);
  expect_merged({}, true);
  expect_merged({.opset = 7}, true);
  expect_merged({.opset = 9}, true);
  expect_merged({.opset = 13}, true);
  expect_merged({.opset = 17}, true);
  expect_merged({.batch = 1, .residual = true}, true);
  expect_merged({.batch = 1, .batch_norm = true, .planes = true}, true);
  expect_merged({.batch = 1, .batch_norm = true, .residual = true, .reshape = true}, true);
  expect_merged({.free_size = true, .planes = true}, true);
  expect_merged({.one_image = true}, true);
  expect_merged({.gate = true, .clip = 1}, true);
  expect_merged({.worked_out_shape = true}, true);
  expect_merged({.listed_weights = true, .prefix = "head_"}, true);
}

}  // namespace
}  // namespace simdb
