#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/encoder/model/onnx_model_plan_net.h"

namespace simdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using test::expect_sides;
using test::Net;

using Sides = test::Net::Sides;

std::string conv(Net& net, const Sides& weight) {
  return net.node("Conv", {"image", net.weight(weight)});
}

TEST(OnnxModelPlanTest, FollowsConvolutions) {
  Net net;
  const std::string x = conv(net, {5, 3, 3, 3});
  expect_sides(net, x, {2, 5, 6, 6});
  net.with("pads", {1, 1, 1, 1}).with("strides", {2, 2});
  expect_sides(net, x, {2, 5, 4, 4});
  Net dilated;
  const std::string y = conv(dilated, {4, 3, 3, 3});
  dilated.with("dilations", {2, 3});
  expect_sides(dilated, y, {2, 4, 4, 2});
  Net transposed;
  const std::string z =
      transposed.node("ConvTranspose", {"image", transposed.weight({3, 7, 2, 2})});
  transposed.with("strides", {2, 2});
  expect_sides(transposed, z, {2, 7, 16, 16});
}

TEST(OnnxModelPlanTest, FollowsPoolings) {
  Net net;
  const std::string x = net.node("MaxPool", {"image"});
  net.with("kernel_shape", {3, 3}).with("strides", {2, 2});
  expect_sides(net, x, {2, 3, 3, 3});
  net.with("ceil_mode", 1);
  expect_sides(net, x, {2, 3, 4, 4});
  Net global;
  expect_sides(global, global.node("GlobalAveragePool", {"image"}), {2, 3, 1, 1});
}

TEST(OnnxModelPlanTest, FollowsWhatChangesShapes) {
  Net net;
  expect_sides(net, net.node("Flatten", {"image"}), {2, 192});
  expect_sides(net, net.node("Transpose", {"image"}), {8, 8, 3, 2});
  expect_sides(net, net.node("Reshape", {"image", net.list({0, -1, 4})}), {2, 48, 4});
  expect_sides(net,
               net.node("Slice", {"image", net.list({-3}), net.list({1LL << 62}), net.list({2})}),
               {2, 3, 3, 8});
  expect_sides(net, net.node("Gather", {"image", net.list({0, 1, -2, 0, -1})}), {5, 3, 8, 8});
  expect_sides(net, net.node("Pad", {"image", net.list({0, 0, 1, 2, 0, 0, 3, 4})}), {2, 3, 12, 14});
  expect_sides(net, net.node("Expand", {net.weight({1, 1}), net.list({6, 7})}), {6, 7});
  const std::string both = net.node("Concat", {"image", "image"});
  net.with("axis", 1);
  expect_sides(net, both, {2, 6, 8, 8});
}

TEST(OnnxModelPlanTest, FollowsShapesThatTheGraphWorksOut) {
  Net net;
  const std::string batch = net.node("Gather", {net.node("Shape", {"image"}), net.list({0})});
  const std::string shape =
      net.node("Concat", {batch, net.node("Mul", {net.list({4}), net.list({2})}), net.list({-1})});
  net.with("axis", 0);
  expect_sides(net, net.node("Reshape", {"image", shape}), {2, 8, 24});
}

TEST(OnnxModelPlanTest, RefusesSizesThatDependOnTheImage) {
  Net net;
  net.node("Reshape", {"image", net.node("Flatten", {"image"})});
  EXPECT_THAT(net.refusal(), HasSubstr("can't be told beforehand"));
}

TEST(OnnxModelPlanTest, RefusesWhatOpenCvTrusts) {
  const auto refusal_with = [](const std::string& name, const Sides& values) {
    Net net;
    conv(net, {4, 3, 3, 3});
    net.with(name, values);
    return net.refusal();
  };
  EXPECT_THAT(refusal_with("strides", {0, 1}), AllOf(HasSubstr("'strides'"), HasSubstr("Conv")));
  EXPECT_THAT(refusal_with("strides", {1}), HasSubstr("length"));
  EXPECT_THAT(refusal_with("pads", {-1, 0, 0, 0}), HasSubstr("'pads'"));
  EXPECT_THAT(refusal_with("dilations", {1, 1LL << 40}), HasSubstr("'dilations'"));
  EXPECT_THAT(refusal_with("num_output", {4}), HasSubstr("does not know"));
  Net grouped;
  conv(grouped, {4, 3, 3, 3});
  grouped.with("group", 0);
  EXPECT_THAT(grouped.refusal(), HasSubstr("'group'"));
  Net wrong;
  conv(wrong, {4, 2, 3, 3});
  EXPECT_THAT(wrong.refusal(), HasSubstr("do not fit"));
  Net squeezed;
  squeezed.node("Squeeze", {"image"});
  squeezed.with("axes", Sides{7});
  EXPECT_THAT(squeezed.refusal(), HasSubstr("axis 7"));
}

TEST(OnnxModelPlanTest, RefusesGraphsThatAreNoOrder) {
  Net circle;
  circle.node("Relu", {"Relu1"});
  EXPECT_THAT(circle.refusal(), HasSubstr("nothing gives"));
  Net twice;
  twice.node("Relu", {"image"});
  twice.node("Relu", {"image"});
  twice.model().mutable_graph()->mutable_node(1)->set_output(0, "Relu1");
  EXPECT_THAT(twice.refusal(), HasSubstr("given twice"));
  Net many;
  for (int i = 0; i < 5'001; ++i) many.node("Relu", {"image"});
  EXPECT_THAT(many.refusal(), HasSubstr("5001 nodes"));
}

TEST(OnnxModelPlanTest, CountsMemoryAsItIsUsedAgain) {
  // 100 tensors of 12 MB each, of which two are needed at a time.
  const auto chain = [](bool kept) {
    Net net;
    std::string x = conv(net, {64, 3, 1, 1});
    net.with("pads", {75, 75, 75, 75});
    std::vector<std::string> all;
    for (int i = 0; i < 100; ++i) all.push_back(x = net.node("Relu", {x}));
    if (kept) net.node("Sum", all);
    return net;
  };
  EXPECT_NO_THROW(chain(false).check());
  EXPECT_THAT(chain(true).refusal(), HasSubstr("of memory"));
  EXPECT_THAT(chain(false).refusal(64), HasSubstr("of memory"));  // a larger batch
}

TEST(OnnxModelPlanTest, BoundsWorkAndConstants) {
  Net work;
  std::string x = conv(work, {512, 3, 1, 1});
  work.with("pads", {4, 4, 4, 4});
  const std::string weight = work.weight({512, 512, 3, 3});
  for (int i = 0; i < 50; ++i) {
    x = work.node("Conv", {x, weight});
    work.with("pads", {1, 1, 1, 1});
  }
  EXPECT_THAT(work.refusal(1), HasSubstr("operations an image"));
  Net constants;
  constants.node("Add", {constants.weight({10'000, 1}), constants.weight({1, 10'000})});
  EXPECT_THAT(constants.refusal(), HasSubstr("of constants"));
}

}  // namespace
}  // namespace simdb
