#include "encoder/model/onnx_model_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <string>
#include <vector>

#include "encoder/model/feature_head.h"
#include "encoder/model/onnx_model.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::AllOf;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using Floats = std::vector<float>;

constexpr float kNear = 2e-5F;

InputSpec square(int side, int channels = 3) {
  InputSpec input{.width = side, .height = side, .channels = channels};
  if (channels == 3) {
    input.mean = {0.4F, 0.5F, 0.6F};
    input.scale = {0.2F, 0.3F, 0.25F};
  }
  return input;
}

Backbone net(const test::BackboneRecipe& recipe) { return test::load_backbone(recipe).backbone(); }

Floats unit(Floats row) {
  float length = 0;
  for (const float value : row) length += value * value;
  for (float& value : row) value /= std::sqrt(length);
  return row;
}

/// Each image alone, each part scaled to length 1, one part after another.
Floats side_by_side(const Backbone& one, const Image& of_one, const Backbone& other,
                    const Image& of_other) {
  Floats row = unit(BackboneFeatures(one).compute(of_one.pixels));
  const Floats rest = unit(BackboneFeatures(other).compute(of_other.pixels));
  row.insert(row.end(), rest.begin(), rest.end());
  return row;
}

TEST(OnnxModelJoinTest, FeaturesStandSideBySide) {
  const Backbone one = net({.input = square(12)});
  const Backbone other = net({.input = square(12), .residual = true, .seed = 2});
  const Backbone both = join_backbones(std::vector{one, other});
  EXPECT_EQ(both.name, "net.onnx + net.onnx");
  EXPECT_EQ(both.digest.size(), 64U);
  const BackboneFeatures features(both);
  EXPECT_EQ(features.dimension(), 16U);
  EXPECT_FALSE(features.backbone().one_at_a_time);
  const Image image = test::natural_image(12, 3);
  EXPECT_THAT(features.compute(image.pixels),
              Pointwise(FloatNear(kNear), side_by_side(one, image, other, image)));
}

TEST(OnnxModelJoinTest, EachSeesImagesInItsOwnSizeColourAndScale) {
  const Backbone large = net({.input = square(24)});
  // 24 / 16 is no whole number; grey, and values from 0 to 1.
  const Backbone small = net({.input = square(16, 1), .seed = 2});
  const Image image = test::natural_image(24, 5);
  const Image shrunk = fit_to_input(image, small.input);
  // In whichever order they are named.
  const BackboneFeatures features(join_backbones(std::vector{large, small}));
  EXPECT_EQ(features.backbone().input, large.input);
  const Floats expected = side_by_side(large, image, small, shrunk);
  const Floats found = features.compute(image.pixels);
  constexpr float kOfRounding = 0.02F;  // `shrunk` has whole numbers
  EXPECT_THAT(found, Pointwise(FloatNear(kOfRounding), expected));
  Floats turned = BackboneFeatures(join_backbones(std::vector{small, large})).compute(image.pixels);
  std::rotate(turned.begin(), turned.begin() + 8, turned.end());
  EXPECT_THAT(turned, Pointwise(FloatNear(kNear), found));
}

TEST(OnnxModelJoinTest, AreasAreAveragedExactly) {
  // What the small net sees of one colour is that colour, and of halves that are whole pixels wide
  // there, those halves.
  const Backbone large = net({.input = square(21)});
  const Backbone small = net({.input = square(6), .seed = 2});
  Image image = test::solid_image(21, 21, {200, 30, 90});
  Image shrunk = test::solid_image(6, 6, {200, 30, 90});
  const auto paint = [](Image& picture, int until) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < until; ++x) {
        picture.pixels[(static_cast<std::size_t>(y) * picture.width + x) * 3] = 10;
      }
    }
  };
  for (const int sixths : {0, 2, 4}) {  // 2 of 6 are 7 of 21
    paint(image, sixths * 7 / 2);
    paint(shrunk, sixths);
    EXPECT_THAT(BackboneFeatures(join_backbones(std::vector{large, small})).compute(image.pixels),
                Pointwise(FloatNear(kNear), side_by_side(large, image, small, shrunk)));
  }
}

/// The same net under another licence.
Backbone licensed(Backbone net, const std::string& licence) {
  onnx::ModelProto model = parsed(net.model);
  for (auto& property : *model.mutable_metadata_props()) {
    if (property.key() == "licence") property.set_value(licence);
  }
  net.model = serialised(model);
  return net;
}

std::string property_of(const std::vector<std::byte>& bytes, const std::string& key) {
  const onnx::ModelProto model = parsed(bytes);
  for (const auto& property : model.metadata_props()) {
    if (property.key() == key) return property.value();
  }
  return {};
}

TEST(OnnxModelJoinTest, IsWrittenAsAModelLikeAnyOther) {
  const Backbone one = net({.input = square(12)});
  const Backbone other = net({.input = square(12), .seed = 2});
  std::vector parts = {licensed(one, "MIT"), licensed(other, "BSD"), licensed(other, "MIT")};
  parts[0].trained_on = "0000000000000002";
  parts[2].trained_on = "0000000000000001";
  const BackboneFeatures features(join_backbones(parts));
  const DenseLayer head = random_projection(24, 16);
  const auto bytes = write_backbone_model(features.backbone(), std::span(&head, 1), {});
  EXPECT_EQ(property_of(bytes, "licence"), "BSD; MIT");
  const OnnxEncoder encoder(bytes);
  EXPECT_EQ(encoder.dimension(), 16U);
  EXPECT_THAT(encoder.header().notes.at("backbone"),
              HasSubstr("net.onnx + net.onnx + net.onnx, SHA-256"));
  EXPECT_EQ(encoder.header().notes.at("trained_on"), "00000000000000010000000000000002");
  // And may stand beside others itself.
  const Backbone again = read_backbone(bytes, "all.onnx", square(12), "");
  EXPECT_TRUE(again.own_head);
}

TEST(OnnxModelJoinTest, OpsetsMayDifferWhereTheyMeanTheSame) {
  const Backbone old =
      net({.input = square(12), .opset = 10, .clip = 6, .clip_form = test::ClipForm::kAttributes});
  const Backbone recent = net({.input = square(12), .opset = 13, .clip = 6, .seed = 2});
  const Image image = test::natural_image(12, 3);
  const BackboneFeatures both(join_backbones(std::vector{old, recent}));
  EXPECT_THAT(both.compute(image.pixels),
              Pointwise(FloatNear(kNear), side_by_side(old, image, recent, image)));
}

TEST(OnnxModelJoinTest, RunsOneImageAtATimeIfAPartHasTo) {
  const Backbone gated = net({.input = square(12), .one_image = true});
  ASSERT_TRUE(gated.one_at_a_time);
  const Backbone other = net({.input = square(12), .seed = 2});
  EXPECT_TRUE(BackboneFeatures(join_backbones(std::vector{other, gated})).backbone().one_at_a_time);
}

TEST(OnnxModelJoinTest, RefusesWhatDoesNotFit) {
  const Backbone one = net({.input = square(12)});
  const auto refusal = [&](const Backbone& other) {
    const Error error = test::error_of([&] { join_backbones(std::vector{one, other}); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return std::string(error.what());
  };
  Backbone wide = net({.input = {.width = 12, .height = 10}});
  wide.name = "wide.onnx";
  EXPECT_THAT(refusal(wide),
              AllOf(HasSubstr("wide.onnx"), HasSubstr("12 x 10"), HasSubstr("aspect ratios")));
  Backbone newer = net({.input = square(12), .opset = 13});
  onnx::ModelProto model = parsed(newer.model);
  model.mutable_graph()->add_node()->set_op_type("Softmax");
  newer.model = serialised(model);
  Backbone older = newer;
  model.mutable_opset_import(0)->set_version(11);
  older.model = serialised(model);
  older.name = "older.onnx";
  const Error error = test::error_of([&] { join_backbones(std::vector{newer, older}); });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("older.onnx"), HasSubstr("opsets 13 and 11")));
  EXPECT_EQ(test::error_of([&] { join_backbones(std::vector{one}); }).code(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
