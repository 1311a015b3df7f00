#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <functional>

#include "encoder/model/onnx_model_backbone.h"
#include "tests/support/backbones.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

const InputSpec kInput = test::BackboneRecipe{}.input;

Backbone ready(const test::BackboneRecipe& recipe = {}) {
  Backbone backbone = read_backbone(test::make_backbone(recipe), "net.onnx", recipe.input);
  backbone.features = test::kBackboneFeatures;
  return backbone;
}

DenseLayer dense(int in, int out) {
  return {in, out, std::vector<float>(in * out, 0.1F), std::vector<float>(out, 0.2F), false};
}

// A second output N x `width`, made of the features by a dense layer.
Bytes with_dense(int width, const std::function<void(onnx::ModelProto&)>& change = {}) {
  onnx::ModelProto model = parsed(test::make_backbone());
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.mutable_output()->RemoveLast();
  onnx::TensorProto& weight = *graph.add_initializer();
  weight.set_name("dense_weight");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(test::kBackboneFeatures);
  weight.add_dims(width);
  for (int i = 0; i < test::kBackboneFeatures * width; ++i) weight.add_float_data(0.1F);
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type("MatMul");
  node.add_input(graph.output(0).name());
  node.add_input("dense_weight");
  node.add_output("wide");
  onnx::ValueInfoProto& output = *graph.add_output();
  output = graph.output(0);
  output.set_name("wide");
  auto& type = *output.mutable_type()->mutable_tensor_type();
  type.mutable_shape()->mutable_dim(1)->set_dim_value(width);
  if (change) change(model);
  return serialised(model);
}

TEST(OnnxModelOutputsTest, TheWidestRowOfFeaturesIsTaken) {
  const Backbone wide = read_backbone(with_dense(20), "net.onnx", kInput);
  EXPECT_EQ(wide.output, "wide");
  EXPECT_THAT(wide.reason, AllOf(HasSubstr("(8 floats)"), HasSubstr("'wide' (20 floats)")));
  const std::string narrow = parsed(test::make_backbone()).graph().output(0).name();
  EXPECT_EQ(read_backbone(with_dense(6), "net.onnx", kInput).output, narrow);
  const Backbone named = read_backbone(with_dense(6), "net.onnx", kInput, "wide");
  EXPECT_EQ(named.output, "wide");
  EXPECT_EQ(named.reason, "");
  // Rows before planes, whose width is not told here.
  EXPECT_EQ(read_backbone(test::make_backbone(), "net.onnx", kInput).output, narrow);
}

TEST(OnnxModelOutputsTest, ClassScoresAreNoFeatures) {
  const std::string features = parsed(test::make_backbone()).graph().output(0).name();
  const auto only_wide = [](onnx::ModelProto& model) {
    model.mutable_graph()->mutable_output()->erase(model.graph().output().begin());
  };
  const Backbone scores = read_backbone(with_dense(1000, only_wide), "net.onnx", kInput);
  EXPECT_EQ(scores.output, features);
  EXPECT_THAT(scores.reason, AllOf(HasSubstr("'wide'"), HasSubstr("1000 class scores")));
  EXPECT_EQ(read_backbone(with_dense(1001), "net.onnx", kInput).output, features);
  // 20 of anything may be features; what a softmax makes of them may not.
  EXPECT_EQ(read_backbone(with_dense(20, only_wide), "net.onnx", kInput).output, "wide");
  const auto with_softmax = [&](onnx::ModelProto& model) {
    onnx::NodeProto& node = *model.mutable_graph()->add_node();
    node.set_op_type("Softmax");
    node.add_input("wide");
    node.add_output("probabilities");
    model.mutable_graph()->mutable_output(1)->set_name("probabilities");
    only_wide(model);
  };
  EXPECT_EQ(read_backbone(with_dense(20, with_softmax), "net.onnx", kInput).output, features);
}

TEST(OnnxModelOutputsTest, OfAnEncoderTheHeadIsReadToo) {
  const Backbone net = ready();
  EXPECT_FALSE(net.own_head);
  DenseLayer head = dense(8, 32);
  for (std::size_t i = 0; i < head.weight.size(); ++i) head.weight[i] = static_cast<float>(i);
  const Bytes encoder = write_backbone_model(net, std::vector{head}, {});
  const Backbone again = read_backbone(encoder, "encoder.onnx", kInput);
  EXPECT_EQ(again.output, net.output);
  ASSERT_TRUE(again.own_head);
  EXPECT_EQ(again.own_head->in_features, 8);
  EXPECT_EQ(again.own_head->out_features, 32);
  EXPECT_EQ(again.own_head->weight, head.weight);
  EXPECT_EQ(again.own_head->bias, head.bias);
  EXPECT_TRUE(read_backbone(encoder, "encoder.onnx", kInput, net.output).own_head);
  EXPECT_FALSE(read_backbone(encoder, "encoder.onnx", kInput, "early").own_head);
}

}  // namespace
}  // namespace simdb
