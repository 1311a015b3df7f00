#include "encoder/model/onnx_model_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <functional>
#include <random>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_models.h"
#include "tests/support/model_sketch.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::HasSubstr;

class Drawn {
 public:
  std::vector<float> floats(int count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = std::uniform_real_distribution<float>(-1, 1)(random_);
    return values;
  }
  ConvLayer conv(int in, int out, int kernel, bool relu) {
    return {in, out, kernel, floats(out * in * kernel * kernel), floats(out), relu};
  }
  DenseLayer dense(int in, int out, bool relu) {
    return {in, out, floats(in * out), floats(out), relu};
  }

 private:
  std::mt19937 random_{3};
};

// Every layer there is; two plain convolutions in a row must not be taken for a block.
EncoderModel all_layers() {
  Drawn drawn;
  EncoderModel model;
  model.input = {.width = 12, .height = 10};
  model.layers = {drawn.conv(3, 4, 3, true),
                  drawn.conv(4, 4, 5, true),
                  ResidualLayer{drawn.conv(4, 6, 3, true), drawn.conv(6, 6, 3, false),
                                drawn.conv(4, 6, 1, false)},
                  MaxPoolLayer{2},
                  ResidualLayer{drawn.conv(6, 6, 3, true), drawn.conv(6, 6, 3, false), {}},
                  drawn.conv(6, 5, 3, false),
                  AveragePoolLayer{},
                  drawn.dense(5, 8, true),
                  drawn.dense(8, 16, false)};
  model.notes["loss"] = "circle";
  return model;
}

std::string refusal_of(const std::vector<std::byte>& bytes) {
  const Error error = test::error_of([&] { read_onnx_layers(bytes, "some.onnx"); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("some.onnx"));
  return error.what();
}

std::string refusal_after(const std::function<void(onnx::GraphProto&)>& change) {
  onnx::ModelProto model = parsed(test::without_checksum(write_onnx_model(all_layers())));
  change(*model.mutable_graph());
  return refusal_of(serialised(model));
}

onnx::NodeProto& first(onnx::GraphProto& graph, const std::string& type) {
  for (auto& node : *graph.mutable_node()) {
    if (node.op_type() == type) return node;
  }
  throw std::runtime_error("no " + type);
}

TEST(OnnxModelLayersTest, ReadsWhatIsWritten) {
  const std::vector<std::byte> bytes = write_onnx_model(all_layers());
  const EncoderModel model = read_onnx_layers(bytes, "x");
  EXPECT_EQ(model.layers.size(), all_layers().layers.size());
  EXPECT_EQ(model.input, all_layers().input);
  EXPECT_EQ(write_onnx_model(model), bytes);
}

TEST(OnnxModelLayersTest, ReadsASmallModel) {
  const auto bytes = test::random_model_file(32, 1, {.width = 8, .height = 8});
  EXPECT_EQ(write_onnx_model(read_onnx_layers(bytes, "x")), bytes);
}

TEST(OnnxModelLayersTest, RefusesWhatItWouldHaveToPassOver) {
  EXPECT_THAT(refusal_after([](auto& graph) { first(graph, "Relu").set_op_type("Sigmoid"); }),
              HasSubstr("(Sigmoid) is not one of a network that simdb trains"));
  const std::string other_strides = refusal_after([](auto& graph) {
    for (auto& attribute : *first(graph, "MaxPool").mutable_attribute()) {
      if (attribute.name() == "strides") attribute.set_ints(0, 1);
    }
  });
  EXPECT_THAT(other_strides, HasSubstr("(MaxPool)"));
  EXPECT_THAT(other_strides, HasSubstr("--from scratch"));
  EXPECT_THAT(refusal_after([](auto& graph) {
                for (auto& attribute : *first(graph, "Conv").mutable_attribute()) {
                  if (attribute.name() == "pads") attribute.set_ints(0, 0);
                }
              }),
              HasSubstr("(Conv)"));
  EXPECT_THAT(refusal_after([](auto& graph) {
                auto& transposed = *first(graph, "Gemm").add_attribute();
                transposed.set_name("transA");
                transposed.set_type(onnx::AttributeProto::INT);
                transposed.set_i(0);
              }),
              HasSubstr("(Gemm)"));
}

// The sum must be of the block's own input, not of anything of the same shape.
TEST(OnnxModelLayersTest, RefusesAnotherShortcut) {
  EXPECT_THAT(refusal_after([](auto& graph) {
                auto& sum = first(graph, "Add");
                sum.set_input(1, sum.input(0));
              }),
              HasSubstr("(Add)"));
}

TEST(OnnxModelLayersTest, RefusesNetworksOfOthers) {
  std::mt19937 random(1);
  test::Sketch sketch(random);
  const std::string x = sketch.node("LeakyRelu", {sketch.conv("image", 3, 8, 3)});
  EXPECT_THAT(refusal_of(sketch.finish(x)), HasSubstr("not one of a network that simdb trains"));
  EXPECT_THAT(refusal_of({}), HasSubstr("empty"));
}

}  // namespace
}  // namespace simdb
