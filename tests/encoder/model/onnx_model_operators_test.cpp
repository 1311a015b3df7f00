#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>

#include "encoder/model/onnx_model_operators_internal.h"
#include "tests/support/errors.h"
#include "tests/support/model_sketch.h"

namespace simdb {
namespace {

using test::Sketch;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Change = std::function<void(onnx::GraphProto&)>;

// A convolution, `add`, and then `change`.
onnx::ModelProto net(const std::function<std::string(Sketch&, const std::string&)>& add,
                     int opset = 11, const Change& change = {}) {
  std::mt19937 random(1);
  Sketch sketch(random, opset);
  onnx::ModelProto model = test::parsed(sketch.finish(add(sketch, sketch.conv("image", 3, 8, 3))));
  if (change) change(*model.mutable_graph());
  return model;
}
onnx::ModelProto plain(const Change& change = {}) {
  return net([](Sketch& s, const std::string& x) { return s.node("Relu", {x}); }, 11, change);
}

std::string refusal(const onnx::ModelProto& model) {
  const Error error = test::error_of([&] { find_runners(model, "net.onnx"); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("net.onnx"));
  return error.what();
}

// Where ONNX Runtime is not built in, that it would help.
void expect_only_onnx_runtime(const onnx::ModelProto& model) {
  if (has_onnx_runtime()) {
    EXPECT_THAT(find_runners(model, "x"), ElementsAre(RunnerKind::kOnnxRuntime));
  } else {
    EXPECT_THAT(refusal(model), HasSubstr("build simdb with ONNX Runtime"));
  }
}

TEST(OnnxModelOperatorsTest, WhatOpenCvKnowsIsTriedWithItFirst) {
  const auto runners = find_runners(plain(), "x");
  EXPECT_EQ(runners.front(), RunnerKind::kOpenCv);
  EXPECT_EQ(runners.size(), has_onnx_runtime() ? 2U : 1U);
}

TEST(OnnxModelOperatorsTest, RefusesWhatNoRunnerKnows) {
  EXPECT_THAT(refusal(net([](Sketch& s, const std::string& x) { return s.node("LSTM", {x}); })),
              AllOf(HasSubstr("(LSTM)"), HasSubstr("does not run"), HasSubstr("11 is best"),
                    Not(HasSubstr("build simdb"))));
  EXPECT_THAT(refusal(net([](Sketch& s, const std::string& x) {
                std::string made = s.node("Relu", {x});
                s.with("num_output", 4);  // OpenCV reads it
                return made;
              })),
              HasSubstr("attribute 'num_output'"));
  EXPECT_THAT(refusal(net([](Sketch& s, const std::string& x) {
                std::string made = s.node("LeakyRelu", {x});
                s.with_real("alpha", NAN);
                return made;
              })),
              HasSubstr("'alpha' is not finite"));
  EXPECT_THAT(refusal(net([](Sketch& s, const std::string& x) { return s.node("Relu", {x, x}); })),
              HasSubstr("2 inputs"));
}

TEST(OnnxModelOperatorsTest, OpenCvIsNotGivenWhatItWouldMisread) {
  const auto pooled = [](const char* name, std::int64_t value) {
    return net([&](Sketch& s, const std::string& x) {
      std::string made = s.node("MaxPool", {x});
      s.with("kernel_shape", Sketch::Ints{2, 2}).with(name, Sketch::Ints{1, value});
      return made;
    });
  };
  EXPECT_EQ(find_runners(pooled("dilations", 1), "x").front(), RunnerKind::kOpenCv);
  expect_only_onnx_runtime(pooled("dilations", 2));
  const auto reshaped = [](std::int64_t allow) {
    return net([&](Sketch& s, const std::string& x) {
      std::string made = s.node("Reshape", {x, s.list({0, 8, 64, 1})});
      s.with("allowzero", allow);
      return made;
    });
  };
  EXPECT_EQ(find_runners(reshaped(0), "x").front(), RunnerKind::kOpenCv);
  expect_only_onnx_runtime(reshaped(1));
}

TEST(OnnxModelOperatorsTest, NewerFormsAreForOnnxRuntime) {
  const auto relu = [](Sketch& s, const std::string& x) { return s.node("Relu", {x}); };
  EXPECT_EQ(find_runners(net(relu, 17), "x").front(), RunnerKind::kOpenCv);
  expect_only_onnx_runtime(net(relu, 18));
  expect_only_onnx_runtime(
      net([](Sketch& s,
             const std::string& x) { return s.node("LayerNormalization", {x, s.floats({8})}); },
          17));
  expect_only_onnx_runtime(
      net([](Sketch& s, const std::string& x) { return s.node("ReduceMean", {x, s.list({2, 3})}); },
          18));
  EXPECT_THAT(refusal(net(relu, 22)), HasSubstr("opset 22"));
}

TEST(OnnxModelOperatorsTest, RefusesGraphsThatAreNoOrder) {
  EXPECT_THAT(refusal(plain([](auto& graph) {
                graph.mutable_node(0)->set_input(0, graph.node(1).output(0));
              })),
              HasSubstr("before it is used"));
  EXPECT_THAT(refusal(plain([](auto& graph) {
                graph.mutable_node(1)->set_output(0, graph.node(0).output(0));
              })),
              HasSubstr("given twice"));
  EXPECT_THAT(refusal(plain([](auto& graph) {
                *graph.add_initializer() = onnx::TensorProto(graph.initializer(0));
              })),
              HasSubstr("given twice"));
  EXPECT_THAT(refusal(plain([](auto& graph) { graph.mutable_output(0)->set_name("nothing"); })),
              HasSubstr("nothing gives the tensor 'nothing'"));
}

TEST(OnnxModelOperatorsTest, RefusesWhatIsNotForInference) {
  onnx::ModelProto model = plain();
  model.add_functions()->set_name("Conv");
  EXPECT_THAT(refusal(model), HasSubstr("functions"));
  EXPECT_THAT(refusal(plain([](auto& graph) {
                for (int i = 0; i < 5'001; ++i) *graph.add_node() = graph.node(1);
              })),
              HasSubstr("nodes and"));
}

}  // namespace
}  // namespace simdb
