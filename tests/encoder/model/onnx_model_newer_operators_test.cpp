#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/encoder/model/onnx_model_plan_net.h"

namespace simdb {
namespace {

using test::Net;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Sides = Net::Sides;

// As test::expect_sides; where ONNX Runtime is not built in, that the remedy is told.
void expect_sides_with_onnx_runtime(Net net, const std::string& tensor, const Sides& sides) {
  if (has_onnx_runtime()) {
    EXPECT_THAT(net.check(), ElementsAre(RunnerKind::kOnnxRuntime));
    test::expect_sides(net, tensor, sides);
  } else {
    net.node("Reshape", {tensor, net.list(sides)});
    EXPECT_THAT(net.refusal(), HasSubstr("build simdb with ONNX Runtime"));
  }
}

TEST(OnnxModelNewerOperatorsTest, WhatOpenCvKnowsIsTriedWithItFirst) {
  Net net;
  net.node("Relu", {"image"});
  const auto runners = net.check();
  EXPECT_EQ(runners.front(), RunnerKind::kOpenCv);
  EXPECT_EQ(runners.size(), has_onnx_runtime() ? 2U : 1U);
}

TEST(OnnxModelNewerOperatorsTest, FollowsNormalisationsOfLayers) {
  Net net(17);
  const std::string x = net.node("LayerNormalization", {"image", net.weight({8}), net.weight({8})});
  const std::string mean = net.output("mean");
  expect_sides_with_onnx_runtime(net, x, {2, 3, 8, 8});
  expect_sides_with_onnx_runtime(net, mean, {2, 3, 8, 1});
  Net wide(17);
  const std::string y = wide.node("LayerNormalization", {"image", wide.weight({3, 8, 8})});
  wide.with("axis", 1);
  expect_sides_with_onnx_runtime(wide, y, {2, 3, 8, 8});
  Net wrong(17);
  wrong.node("LayerNormalization", {"image", wrong.weight({7})});
  Net image(17);
  image.node("LayerNormalization", {"image", "image"});
  Net axis(17);
  axis.node("LayerNormalization", {"image", axis.weight({8})});
  axis.with("axis", 4);
  if (has_onnx_runtime()) {
    EXPECT_THAT(wrong.refusal(), HasSubstr("7 weights instead of 8"));
    EXPECT_THAT(image.refusal(), HasSubstr("depend on the image"));
    EXPECT_THAT(axis.refusal(), HasSubstr("'axis' is 4"));
  } else {
    EXPECT_THAT(wrong.refusal(), Not(HasSubstr("build simdb")));  // it would not help
  }
}

TEST(OnnxModelNewerOperatorsTest, FollowsFormsOfNewerOpsets) {
  Net gelu(20);
  expect_sides_with_onnx_runtime(gelu, gelu.node("Gelu", {"image"}), {2, 3, 8, 8});
  gelu.with_text("approximate", "roughly");
  EXPECT_THAT(gelu.refusal(), HasSubstr(has_onnx_runtime() ? "'approximate'" : "opset 20"));
  Net mean(18);
  const std::string means = mean.node("ReduceMean", {"image", mean.list({2, 3})});
  mean.with("keepdims", 0);
  expect_sides_with_onnx_runtime(mean, means, {2, 3});
  Net split(18);
  const std::string first = split.node("Split", {"image"});
  split.with("axis", 1).with("num_outputs", 2);
  const std::string second = split.output("second");
  expect_sides_with_onnx_runtime(split, first, {2, 2, 8, 8});
  expect_sides_with_onnx_runtime(split, second, {2, 1, 8, 8});
  Net reshape(18);
  const std::string shape = reshape.node("Constant", {});
  reshape.with("value_ints", Sides{6, 64});
  const std::string rows = reshape.node("Reshape", {"image", shape});
  reshape.with("allowzero", 1);
  expect_sides_with_onnx_runtime(reshape, rows, {6, 64});
  Net shapes(18);
  const std::string batch = shapes.node("Shape", {"image"});
  shapes.with("start", 0).with("end", 1);
  const std::string all = shapes.node("Concat", {batch, shapes.list({-1})});
  shapes.with("axis", 0);
  expect_sides_with_onnx_runtime(shapes, shapes.node("Reshape", {"image", all}), {0, 192});
}

// x.expand(n, -1) as PyTorch exports it.
std::string expanded(Net& net, const std::string& x, const std::string& batch) {
  const std::string wanted = net.node("Concat", {batch, net.list({-1})});
  net.with("axis", 0);
  const std::string ones = net.node("ConstantOfShape", {net.list({2})});
  const std::string minus = net.node("Sub", {ones, net.list({1, 1})});
  const std::string is_free = net.node("Equal", {wanted, minus});
  return net.node("Expand", {x, net.node("Where", {is_free, net.list({1, 1}), wanted})});
}

TEST(OnnxModelNewerOperatorsTest, FollowsExpansions) {
  Net net(17);
  const std::string batch = net.node("Gather", {net.node("Shape", {"image"}), net.list({0})});
  const std::string x = expanded(net, net.weight({1, 5}), batch);
  expect_sides_with_onnx_runtime(net, x, {0, 5});
}

TEST(OnnxModelNewerOperatorsTest, ListsMayBeEmptyAndTensorsNot) {
  Net net(18);
  const std::string none = net.node("Slice", {net.list({3, 4}), net.list({2}), net.list({2})});
  const std::string shape = net.node("Concat", {none, net.list({4, 5})});
  net.with("axis", 0);
  expect_sides_with_onnx_runtime(net, net.node("Expand", {net.weight({1}), shape}), {4, 5});
  Net empty(18);
  empty.node("Slice", {"image", empty.list({8}), empty.list({9}), empty.list({3})});
  EXPECT_THAT(empty.refusal(), Not(HasSubstr("build simdb")));
}

TEST(OnnxModelNewerOperatorsTest, FollowsRemainders) {
  Net net(17);
  const std::string side = net.node("Mod", {net.list({20, 7}), net.list({8, 8})});
  const std::string shape = net.node("Concat", {side, net.list({1})});
  net.with("axis", 0);
  expect_sides_with_onnx_runtime(net, net.node("Expand", {net.weight({1}), shape}), {4, 7, 1});
  Net negative(17);
  const std::string rest = negative.node("Mod", {negative.list({-1}), negative.list({8})});
  negative.node("Expand", {negative.weight({1}), rest});
  EXPECT_THAT(negative.refusal(), Not(HasSubstr("build simdb")));
}

// OpenCV works shapes out once. ONNX Runtime would make 2^20 rows of any batch but the whole one.
TEST(OnnxModelNewerOperatorsTest, LooksAtSmallerBatchesToo) {
  const auto trap = [](int factor) {
    Net net;
    const std::string batch = net.node("Gather", {net.node("Shape", {"image"}), net.list({0})});
    const std::string left = net.node("Sub", {net.list({8}), batch});
    const std::string rows =
        net.node("Add", {net.list({1}), net.node("Mul", {left, net.list({factor})})});
    const std::string shape = net.node("Concat", {rows, net.list({64})});
    net.with("axis", 0);
    net.node("Expand", {net.weight({1, 64}), shape});
    return net;
  };
  EXPECT_EQ(trap(1).check(8).size(), has_onnx_runtime() ? 2U : 1U);
  EXPECT_THAT(trap(1 << 20).check(8), ElementsAre(RunnerKind::kOpenCv));
}

// 120 MB as a picture of one channel, and 16 times as much in blocks of channels.
TEST(OnnxModelNewerOperatorsTest, CountsBlocksOfChannels) {
  const auto net_of = [](std::int64_t channels) {
    Net net;
    net.node("Conv", {"image", net.weight({channels, 3, 1, 1})});
    const std::int64_t side = channels == 1 ? 1930 : 480;
    net.with("pads", {side, side, side, side});
    return net;
  };
  EXPECT_THAT(net_of(1).check(), ElementsAre(RunnerKind::kOpenCv));
  EXPECT_EQ(net_of(16).check().size(), has_onnx_runtime() ? 2U : 1U);
}

// 2^53 + 1 is 2^53 in doubles and in floats: what is left is 0 on paper and 1 in integers.
TEST(OnnxModelNewerOperatorsTest, BelievesNoNumbersThatTypesRound) {
  const auto net_of = [](std::int64_t large) {
    Net net;
    const std::string rest = net.node("Sub", {net.list({large + 1}), net.list({large})});
    const std::string rows = net.node("Mul", {rest, net.list({16})});
    const std::string side = net.node("Add", {rows, net.list({1})});
    net.node("Expand", {net.weight({1}), side});
    return net;
  };
  EXPECT_EQ(net_of(100).check().size(), has_onnx_runtime() ? 2U : 1U);
  EXPECT_THAT(net_of(1LL << 53).check(), ElementsAre(RunnerKind::kOpenCv));
}

}  // namespace
}  // namespace simdb
