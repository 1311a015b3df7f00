#include "encoder/training/frozen_encoder.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "encoder/model/onnx_model_layers.h"
#include "encoder/training/embed.h"
#include "encoder/training/network.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/models.h"

namespace simdb::training {
namespace {

InputSpec small_input(int channels) {
  InputSpec input;
  input.width = 16;
  input.height = 12;
  input.channels = channels;
  input.mean.fill(0.5F);
  input.scale.fill(0.25F);
  return input;
}

std::vector<std::byte> residual_file(const InputSpec& input) {
  torch::manual_seed(1);
  Network network(input, {.channels = {4, 8, 8}, .residual = true, .batch_norm = true});
  for (int i = 0; i < 3; ++i) network.forward(torch::rand({8, input.channels, 12, 16}) * 2);
  network.eval();
  EncoderModel model{input, network.export_layers(), {}};
  return write_onnx_model(model);
}

float distance_to_opencv(const std::vector<std::byte>& file, const torch::Tensor& planes) {
  const EncoderModel model = read_onnx_layers(file, "x");
  const FrozenEncoder frozen(model);
  const OnnxEncoder encoder(file);
  const torch::Tensor seen = normalize_planes(planes, model.input).contiguous();
  const EmbeddingBatch rows =
      encoder.encode_planes({seen.data_ptr<float>(), static_cast<std::size_t>(seen.numel())});
  const torch::NoGradGuard no_gradients;
  const torch::Tensor mine = frozen.forward(planes).contiguous();
  EXPECT_EQ(mine.numel(), static_cast<std::int64_t>(rows.values().size()));
  float worst = 0;
  for (std::int64_t i = 0; i < mine.numel(); ++i) {
    worst = std::max(worst, std::abs(mine.data_ptr<float>()[i] - rows.values()[i]));
  }
  return worst;
}

TEST(FrozenEncoderTest, AnswersAsOpenCv) {
  torch::manual_seed(2);
  const torch::Tensor planes = torch::rand({20, 3, 12, 16});
  EXPECT_LT(distance_to_opencv(residual_file(small_input(3)), planes), 1e-5F);
  EXPECT_LT(distance_to_opencv(test::random_model_file(32, 4, small_input(3)), planes), 1e-5F);
}

TEST(FrozenEncoderTest, SeesColourAsGreyWhereItsInputIs) {
  torch::manual_seed(2);
  const FrozenEncoder frozen(read_onnx_layers(residual_file(small_input(1)), "grey.onnx"));
  const torch::Tensor grey = torch::rand({5, 1, 12, 16});
  EXPECT_TRUE(
      torch::allclose(frozen.forward(grey), frozen.forward(grey.repeat({1, 3, 1, 1})), 1e-4, 1e-5));
  // Of the three, green is the brightest.
  const auto image_of = [](int channel) {
    torch::Tensor planes = torch::zeros({1, 3, 12, 16});
    planes.select(1, channel).slice(2, 0, 8).fill_(1);
    return planes;
  };
  torch::Tensor same = torch::zeros({1, 1, 12, 16});
  same.slice(3, 0, 8).fill_(0.587F);
  EXPECT_TRUE(torch::allclose(frozen.forward(image_of(1)), frozen.forward(same), 1e-4, 1e-5));
  EXPECT_FALSE(torch::allclose(frozen.forward(image_of(2)), frozen.forward(same), 1e-4, 1e-5));
}

TEST(FrozenEncoderTest, GradientsReachThePixelsAndNothingElse) {
  torch::manual_seed(3);
  const FrozenEncoder frozen(read_onnx_layers(residual_file(small_input(3)), "x"));
  torch::Tensor planes = torch::rand({1, 3, 12, 16});
  planes.set_requires_grad(true);
  const torch::Tensor direction = torch::randn({16});
  const auto value_of = [&](const torch::Tensor& at) {
    return frozen.forward(at).matmul(direction);
  };
  value_of(planes).sum().backward();
  const torch::NoGradGuard no_gradients;
  // A step along the gradient must change the value as the gradient says.
  const torch::Tensor slope = planes.grad();
  ASSERT_GT(slope.norm().item<float>(), 1e-3F);
  const double step = 1e-3 / slope.norm().item<float>();
  const double gain =
      (value_of(planes + slope * step) - value_of(planes - slope * step)).item<float>();
  EXPECT_NEAR(gain / (2 * step), slope.pow(2).sum().item<float>(),
              0.05 * slope.pow(2).sum().item<float>());
}

TEST(FrozenEncoderTest, HasTheDimensionOfItsLastLayer) {
  const auto file = test::random_model_file(32, 4, small_input(3));
  EXPECT_EQ(FrozenEncoder(read_onnx_layers(file, "x")).dimension(), 32);
}

}  // namespace
}  // namespace simdb::training
