#include "encoder/training/image_vae.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "simdb/image_decoder.h"
#include "tests/support/decoders.h"

namespace simdb::training {
namespace {

constexpr int kFeatures = 16 + 32;  // of test::decoder_encoders

struct Sides {
  int width;
  int height;
  int channels;
  int width_of_network = 32;
};

class ImageVaeTest : public ::testing::TestWithParam<Sides> {
 protected:
  ImageVaeTest() {
    torch::manual_seed(3);
    input_.width = GetParam().width;
    input_.height = GetParam().height;
    input_.channels = GetParam().channels;
  }
  InputSpec input_;
};

// What is exported must be the same function, whatever the sides: as OpenCV runs it.
TEST_P(ImageVaeTest, OpenCvAnswersAsLibTorch) {
  ImageVae vae(input_, 5, kFeatures, GetParam().width_of_network);
  {
    const torch::NoGradGuard no_gradients;
    for (auto& parameter : vae.parameters()) parameter.add_(torch::randn_like(parameter) * 0.03);
  }
  DecoderModel model = vae.export_layers();
  model.encoders = test::decoder_encoders(input_.width, input_.height, input_.channels);
  const ImageDecoder decoder(write_decoder_model(model));
  ASSERT_EQ(decoder.code_size(), 5U + kFeatures);

  const torch::NoGradGuard no_gradients;
  constexpr int kImages = 3;
  const torch::Tensor bytes =
      torch::randint(256, {kImages, input_.height, input_.width, input_.channels}, torch::kUInt8);
  std::vector<Image> images;
  for (int i = 0; i < kImages; ++i) {
    const auto* first = bytes[i].contiguous().data_ptr<std::uint8_t>();
    images.push_back(
        {input_.width, input_.height, input_.channels, {first, first + bytes[i].numel()}});
  }
  const torch::Tensor planes = bytes.permute({0, 3, 1, 2}).to(torch::kFloat32).contiguous() / 255;
  const torch::Tensor mean = vae.encode(planes).mean;
  const std::vector<float> codes = decoder.encode(images);
  for (int i = 0; i < kImages; ++i) {
    for (int j = 0; j < 5; ++j) {
      EXPECT_NEAR(codes[static_cast<std::size_t>(i) * decoder.code_size() + j],
                  mean[i][j].item<float>(), 1e-4);
    }
  }
  const torch::Tensor code = torch::randn({kImages, 5 + kFeatures});
  const torch::Tensor made = (vae.decode(code) * 255).round();
  const std::vector<Image> pictures =
      decoder.decode({code.data_ptr<float>(), static_cast<std::size_t>(code.numel())});
  EXPECT_GT(made.std().item<float>(), 1);
  float worst = 0;
  for (int i = 0; i < kImages; ++i) {
    const auto& pixels = pictures[static_cast<std::size_t>(i)].pixels;
    const torch::Tensor wanted = made[i].permute({1, 2, 0}).contiguous().flatten();
    ASSERT_EQ(wanted.numel(), static_cast<std::int64_t>(pixels.size()));
    for (std::size_t p = 0; p < pixels.size(); ++p) {
      worst = std::max(worst, std::abs(wanted.data_ptr<float>()[p] - pixels[p]));
    }
  }
  EXPECT_LE(worst, 1);  // a value may lie at the edge of two bytes
}

INSTANTIATE_TEST_SUITE_P(OfAllSides, ImageVaeTest,
                         ::testing::Values(Sides{28, 28, 3}, Sides{28, 28, 1}, Sides{48, 48, 3},
                                           Sides{21, 34, 3}, Sides{4, 5, 3}, Sides{28, 28, 3, 48}),
                         [](const auto& sides) {
                           return std::to_string(sides.param.width) + "x" +
                                  std::to_string(sides.param.height) + "x" +
                                  std::to_string(sides.param.channels) + "x" +
                                  std::to_string(sides.param.width_of_network);
                         });

TEST(ImageVaeSeedTest, TheSameSeedGivesTheSameWeights) {
  torch::manual_seed(8);
  const ImageVae first({}, 4, 16, 8);
  torch::manual_seed(8);
  const ImageVae second({}, 4, 16, 8);
  EXPECT_TRUE(first.parameters()[0].equal(second.parameters()[0]));
}

}  // namespace
}  // namespace simdb::training
