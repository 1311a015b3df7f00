#include "encoder/training/anchored_head.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/nn/functional/normalization.h>

#include <cmath>
#include <variant>

#include "encoder/model/feature_head.h"
#include "encoder/training/make_head.h"
#include "simdb/error.h"
#include "tests/support/errors.h"

namespace simdb::training {
namespace {

torch::Tensor features(std::int64_t rows, std::int64_t width = 40) {
  at::manual_seed(1);
  return torch::rand({rows, width}) * torch::logspace(-1, 1, width) + 3;
}

DenseLayer start_for(const torch::Tensor& rows, std::size_t dimension = 16) {
  return fit_whitened_pca({rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel())},
                          static_cast<std::size_t>(rows.size(1)), dimension);
}

/// What a dense layer and L2 normalisation make of the rows.
torch::Tensor apply(const DenseLayer& layer, const torch::Tensor& rows) {
  const torch::Tensor weight =
      torch::tensor(layer.weight).view({layer.out_features, layer.in_features});
  return torch::nn::functional::normalize(
      torch::addmm(torch::tensor(layer.bias), rows, weight.t()));
}

BackboneOptions options(double anchor, double dropout) {
  BackboneOptions options;
  options.anchor = anchor;
  options.dropout = dropout;
  return options;
}

TEST(AnchoredHeadTest, StartsAsTheLayerAndExportsIt) {
  const torch::Tensor rows = features(60);
  const DenseLayer start = start_for(rows);
  AnchoredHead head(rows, start, options(10, 0.5));
  head.eval();
  const torch::NoGradGuard no_gradients;
  EXPECT_TRUE(head.forward(rows).allclose(apply(start, rows), 1e-4, 1e-5));
  EXPECT_EQ(head.penalty().item<float>(), 0);
  const auto exported = std::get<DenseLayer>(head.export_layers().at(0));
  EXPECT_TRUE(apply(exported, rows).allclose(apply(start, rows), 1e-4, 1e-5));
}

TEST(AnchoredHeadTest, ThePenaltyIsTheRelativeSquareOfTheChange) {
  const torch::Tensor rows = features(60);
  const DenseLayer start = start_for(rows);
  AnchoredHead head(rows, start, options(10, 0));
  const torch::NoGradGuard no_gradients;
  head.named_parameters()["change"].fill_(0.01);
  const auto moved = std::get<DenseLayer>(head.export_layers().at(0));
  double change = 0;
  double size = 0;
  for (std::size_t i = 0; i < start.weight.size(); ++i) {
    change += std::pow(double{moved.weight[i]} - start.weight[i], 2);
    size += std::pow(double{start.weight[i]}, 2);
  }
  ASSERT_GT(change, 0);
  EXPECT_NEAR(head.penalty().item<float>(), 10 * change / size, 1e-4 * 10 * change / size);
  EXPECT_TRUE(head.forward(rows).allclose(apply(moved, rows), 1e-3, 1e-4));
}

TEST(AnchoredHeadTest, OnlyAPartOfTheChangeIsKept) {
  const torch::Tensor rows = features(60);
  const DenseLayer start = start_for(rows);
  BackboneOptions half = options(1, 0);
  half.kept_change = 0.5;
  AnchoredHead head(rows, start, half);
  AnchoredHead whole(rows, start, options(1, 0));
  const torch::NoGradGuard no_gradients;
  for (AnchoredHead* each : {&head, &whole}) {
    each->named_parameters()["change"].fill_(each == &head ? 0.02 : 0.01);
    each->named_parameters()["bias"].add_(each == &head ? 0.2 : 0.1);
  }
  EXPECT_FALSE(head.forward(rows).allclose(whole.forward(rows), 1e-3, 1e-4));  // in training
  head.eval();
  whole.eval();
  EXPECT_TRUE(head.forward(rows).allclose(whole.forward(rows), 1e-4, 1e-5));
  const auto exported = std::get<DenseLayer>(head.export_layers().at(0));
  EXPECT_TRUE(apply(exported, rows).allclose(head.forward(rows), 1e-3, 1e-4));
  half.kept_change = 1.5;
  EXPECT_EQ(test::code_of([&] { AnchoredHead(rows, start, half); }), ErrorCode::kUsage);
}

TEST(AnchoredHeadTest, DropsFeaturesOnlyInTraining) {
  const torch::Tensor rows = features(60);
  AnchoredHead head(rows, start_for(rows), options(10, 0.5));
  EXPECT_FALSE(head.forward(rows).equal(head.forward(rows)));
  head.eval();
  EXPECT_TRUE(head.forward(rows).equal(head.forward(rows)));
}

TEST(AnchoredHeadTest, RefusesWhatDoesNotFit) {
  const torch::Tensor rows = features(60);
  const DenseLayer start = start_for(rows);
  const auto code = [&](const torch::Tensor& on, double anchor, double dropout) {
    return test::code_of([&] { AnchoredHead(on, start, options(anchor, dropout)); });
  };
  EXPECT_EQ(code(features(60, 41), 10, 0), ErrorCode::kUsage);
  EXPECT_EQ(code(rows, -1, 0), ErrorCode::kUsage);
  EXPECT_EQ(code(rows, NAN, 0), ErrorCode::kUsage);
  EXPECT_EQ(code(rows, 10, 1), ErrorCode::kUsage);
}

TEST(MakeHeadTest, IsAnchoredUnlessThereIsAHiddenLayerOrTooFewFeatures) {
  const torch::Tensor wide = features(60).unsqueeze(1);
  EXPECT_TRUE(make_head(wide, {}, 32)->penalty().defined());
  BackboneOptions deep;
  deep.hidden = 8;
  EXPECT_FALSE(make_head(wide, deep, 32)->penalty().defined());
  EXPECT_FALSE(make_head(wide, {}, 48)->penalty().defined());
  EXPECT_EQ(make_head(wide, {}, 48)->dimension(), 48);
}

TEST(MakeHeadTest, TakesTheStartThatItIsGiven) {
  const torch::Tensor rows = features(60);
  BackboneOptions options;
  options.start = random_projection(40, 16);
  const auto head = make_head(rows.unsqueeze(1), options, 16);
  head->eval();
  const torch::NoGradGuard no_gradients;
  EXPECT_TRUE(head->forward(rows).allclose(apply(*options.start, rows), 1e-4, 1e-5));
}

}  // namespace
}  // namespace simdb::training
