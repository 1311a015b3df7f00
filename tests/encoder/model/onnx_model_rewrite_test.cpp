#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <map>
#include <string>

#include "encoder/model/onnx_model_rewrite_internal.h"
#include "tests/support/backbones.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::ClipForm;
using test::parsed;

constexpr float kMost = std::numeric_limits<float>::max();

onnx::NodeProto& clip_of(onnx::ModelProto& model) {
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == "Clip") return node;
  }
  throw std::runtime_error("no Clip");
}

std::map<std::string, float> limits(const onnx::NodeProto& node) {
  std::map<std::string, float> all;
  for (const auto& attribute : node.attribute()) {
    EXPECT_EQ(attribute.type(), onnx::AttributeProto::FLOAT);
    EXPECT_TRUE(all.emplace(attribute.name(), attribute.f()).second) << attribute.name();
  }
  return all;
}

TEST(OnnxModelRewriteTest, EveryFormOfClipGetsBothLimitsAsAttributes) {
  const std::map<ClipForm, std::map<std::string, float>> expected = {
      {ClipForm::kInputs, {{"min", 0.0F}, {"max", 6.0F}}},
      {ClipForm::kConstants, {{"min", 0.0F}, {"max", 6.0F}}},
      {ClipForm::kMostOnly, {{"min", -kMost}, {"max", 6.0F}}},
      {ClipForm::kMostAttributeOnly, {{"min", -kMost}, {"max", 6.0F}}},
      {ClipForm::kLeastOnly, {{"min", 6.0F}, {"max", kMost}}},
      {ClipForm::kLeastAttributeOnly, {{"min", 6.0F}, {"max", kMost}}},
  };
  for (const auto& [form, attributes] : expected) {
    onnx::ModelProto model = parsed(test::make_backbone({.clip = 6, .clip_form = form}));
    const std::string input = clip_of(model).input(0);
    EXPECT_TRUE(put_limits_into_clips(*model.mutable_graph()));
    ASSERT_EQ(clip_of(model).input_size(), 1);
    EXPECT_EQ(clip_of(model).input(0), input);
    EXPECT_EQ(limits(clip_of(model)), attributes) << "form " << static_cast<int>(form);
  }
}

TEST(OnnxModelRewriteTest, WhatOpenCvReadsAlreadyStaysByteForByte) {
  for (const auto& recipe :
       {test::BackboneRecipe{}, {.opset = 9, .clip = 6, .clip_form = ClipForm::kAttributes}}) {
    const auto bytes = test::make_backbone(recipe);
    EXPECT_EQ(for_opencv(bytes), bytes);
  }
  const std::vector<std::byte> garbage(100, std::byte{7});
  EXPECT_EQ(for_opencv(garbage), garbage);
}

TEST(OnnxModelRewriteTest, ALimitThatIsWorkedOutStays) {
  onnx::ModelProto model = parsed(test::make_backbone({.clip = 6}));
  onnx::NodeProto& clip = clip_of(model);
  clip.set_input(2, clip.input(0));
  const std::string before = model.SerializeAsString();
  EXPECT_FALSE(put_limits_into_clips(*model.mutable_graph()));
  EXPECT_EQ(model.SerializeAsString(), before);
}

}  // namespace
}  // namespace simdb
