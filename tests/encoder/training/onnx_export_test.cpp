#include "encoder/training/onnx_export.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "encoder/model/onnx_model.h"
#include "simdb/onnx_encoder.h"

namespace simdb::training {
namespace {

struct Shape {
  bool residual;
  bool batch_norm;
};

class OnnxExportTest : public ::testing::TestWithParam<Shape> {
 protected:
  /// A network whose batch norm has seen data, so that folding it changes something.
  Network make_network() const {
    Network network(input_, {.channels = {8, 16, 16},
                             .residual = GetParam().residual,
                             .batch_norm = GetParam().batch_norm,
                             .dimension = 32});
    const torch::NoGradGuard no_gradients;
    for (int i = 0; i < 20; ++i) network.forward(torch::rand({64, 3, 20, 26}) * 3 + 1);
    for (const auto& stage : network.stages()) {
      for (const auto& norm : {stage.first.norm, stage.second.norm}) {
        if (norm.is_empty()) continue;
        norm->weight.uniform_(-1.5, 1.5);  // negative gains too: they turn the maximum around
        norm->bias.uniform_(-1, 1);
      }
    }
    network.eval();
    return network;
  }

  InputSpec input_ = [] {
    InputSpec input;
    input.width = 26;
    input.height = 20;
    return input;
  }();
};

TEST_P(OnnxExportTest, OpenCvAnswersAsLibTorch) {
  Network network = make_network();
  const OnnxEncoder encoder(write_onnx_model(export_network(network, input_)));
  const torch::NoGradGuard no_gradients;
  const torch::Tensor planes = torch::randn({100, 3, 20, 26});
  const torch::Tensor expected = network.forward(planes).contiguous();
  for (const std::int64_t batch : {1, 7, 64}) {
    float worst = 0;
    for (std::int64_t begin = 0; begin < 100; begin += batch) {
      const torch::Tensor part = planes.slice(0, begin, begin + batch).contiguous();
      const EmbeddingBatch rows =
          encoder.encode_planes({part.data_ptr<float>(), static_cast<std::size_t>(part.numel())});
      const float* wanted = expected.data_ptr<float>() + begin * 32;
      ASSERT_EQ(rows.rows(), static_cast<std::size_t>(part.size(0)));
      for (const float value : rows.values()) {
        worst = std::max(worst, std::abs(value - *wanted++));
      }
    }
    EXPECT_LT(worst, 1e-5F) << "batches of " << batch;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, OnnxExportTest,
                         ::testing::Values(Shape{false, false}, Shape{false, true},
                                           Shape{true, false}, Shape{true, true}),
                         [](const auto& shape) {
                           return std::string(shape.param.residual ? "Residual" : "Plain") +
                                  (shape.param.batch_norm ? "Normalised" : "");
                         });

TEST(OnnxExportLayersTest, LayersFollowTheNetwork) {
  const Network network({}, {.channels = {4, 8}});
  const EncoderModel model = export_network(network, {});
  ASSERT_EQ(model.layers.size(), 5U);
  const auto& conv = std::get<ConvLayer>(model.layers[2]);
  EXPECT_EQ(conv.in_channels, 4);
  EXPECT_EQ(conv.out_channels, 8);
  EXPECT_TRUE(conv.relu);
  EXPECT_EQ(std::get<MaxPoolLayer>(model.layers[3]).size, 2);
  const auto& dense = std::get<DenseLayer>(model.layers[4]);
  EXPECT_EQ(dense.in_features, 8 * 7 * 7);
  EXPECT_EQ(dense.out_features, 16);
  EXPECT_FALSE(dense.relu);
}

}  // namespace
}  // namespace simdb::training
