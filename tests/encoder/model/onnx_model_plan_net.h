#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "encoder/model/onnx_model_plan_internal.h"
#include "tests/support/errors.h"

namespace simdb::test {

/// N x 3 x 8 x 8 and what nodes make of it.
class Net {
 public:
  using Sides = std::vector<std::int64_t>;

  explicit Net(int opset = 11) {
    model_.add_opset_import()->set_version(opset);
    graph().add_input()->set_name("image");
  }
  std::string node(const std::string& type, const std::vector<std::string>& inputs) {
    onnx::NodeProto& made = *graph().add_node();
    made.set_op_type(type);
    made.set_name(type);
    for (const auto& input : inputs) made.add_input(input);
    made.add_output(type + std::to_string(graph().node_size()));
    return made.output(0);
  }
  Net& with(const std::string& name, const Sides& values) {
    auto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const auto value : values) attribute.add_ints(value);
    return *this;
  }
  Net& with(const std::string& name, std::int64_t value) {
    auto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
    return *this;
  }
  Net& with_text(const std::string& name, const std::string& text) {
    auto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(text);
    return *this;
  }
  /// Another output of the last node.
  std::string output(const std::string& name) {
    graph().mutable_node(graph().node_size() - 1)->add_output(name);
    return name;
  }
  std::string weight(const Sides& sides) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name("weight" + std::to_string(graph().initializer_size()));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const auto side : sides) tensor.add_dims(side);
    return tensor.name();
  }
  std::string list(const Sides& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name("list" + std::to_string(graph().initializer_size()));
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) tensor.add_int64_data(value);
    return tensor.name();
  }
  onnx::ModelProto& model() { return model_; }

  std::vector<RunnerKind> check(std::int64_t rows = 2) const {
    return require_runnable(model_, {.width = 8, .height = 8, .channels = 3}, rows, "net.onnx");
  }
  std::string refusal(std::int64_t rows = 2) const {
    const Error error = test::error_of([&] { check(rows); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("net.onnx"));
    return error.what();
  }

 private:
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  onnx::ModelProto model_;
};

// That a tensor has these sides: a Reshape to them goes through, and to others it does not.
inline void expect_sides(Net net, const std::string& tensor, const Net::Sides& sides) {
  Net wrong = net;
  net.node("Reshape", {tensor, net.list(sides)});
  EXPECT_NO_THROW(net.check());
  Net::Sides more = sides;
  ++more.back();
  wrong.node("Reshape", {tensor, wrong.list(more)});
  EXPECT_THAT(wrong.refusal(), ::testing::HasSubstr("does not fit"));
}

}  // namespace simdb::test
