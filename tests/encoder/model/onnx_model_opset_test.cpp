#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_opset_internal.h"
#include "tests/support/backbones.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::ClipForm;
using test::parsed;
using test::serialised;

/// The values of the inputs of the Clip behind its first.
std::vector<float> limits(const onnx::ModelProto& model) {
  std::vector<float> values;
  for (const auto& node : model.graph().node()) {
    if (node.op_type() != "Clip") continue;
    EXPECT_EQ(node.attribute_size(), 0);
    for (int i = 1; i < node.input_size(); ++i) {
      for (const auto& tensor : model.graph().initializer()) {
        if (tensor.name() != node.input(i)) continue;
        values.emplace_back();
        std::memcpy(&values.back(), tensor.raw_data().data(), sizeof(float));
      }
    }
  }
  return values;
}

TEST(OnnxModelOpsetTest, WhatMeansTheSameIsOnlyRenumbered) {
  onnx::ModelProto model = parsed(test::make_backbone({.opset = 9, .residual = true}));
  const std::string graph = model.graph().SerializeAsString();
  for (const int to : {13, 7, 11}) {
    EXPECT_TRUE(change_opset(model, to));
    EXPECT_EQ(opset_of(model), to);
  }
  EXPECT_EQ(model.graph().SerializeAsString(), graph);
}

TEST(OnnxModelOpsetTest, LimitsOfClipBecomeInputs) {
  constexpr float kLeast = std::numeric_limits<float>::lowest();
  onnx::ModelProto model =
      parsed(test::make_backbone({.opset = 10, .clip = 6, .clip_form = ClipForm::kAttributes}));
  EXPECT_TRUE(change_opset(model, 11));
  EXPECT_EQ(limits(model), (std::vector<float>{0, 6}));
  model = parsed(
      test::make_backbone({.opset = 10, .clip = 6, .clip_form = ClipForm::kMostAttributeOnly}));
  EXPECT_TRUE(change_opset(model, 12));
  EXPECT_EQ(limits(model), (std::vector<float>{kLeast, 6}));
}

TEST(OnnxModelOpsetTest, AnotherFormIsLeftAsItIs) {
  onnx::ModelProto model = parsed(test::make_backbone({.opset = 11, .clip = 6}));
  const std::vector<std::byte> bytes = serialised(model);
  EXPECT_FALSE(change_opset(model, 10));
  EXPECT_EQ(serialised(model), bytes);
  for (const auto& [type, from, to] : {std::tuple{"Resize", 10, 11}, std::tuple{"Softmax", 11, 13},
                                       std::tuple{"ReduceMean", 17, 18}}) {
    onnx::ModelProto other;
    other.add_opset_import()->set_version(from);
    other.mutable_graph()->add_node()->set_op_type(type);
    EXPECT_FALSE(change_opset(other, to)) << type;
    EXPECT_TRUE(change_opset(other, from)) << type;
  }
}

}  // namespace
}  // namespace simdb
