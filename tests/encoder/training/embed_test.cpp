#include "encoder/training/embed.h"

#include <gtest/gtest.h>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "encoder/training/network.h"
#include "encoder/training/onnx_export.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/images.h"

namespace simdb::training {
namespace {

LabeledImages noise(std::size_t count, int channels) {
  LabeledImages images;
  images.input.width = 12;
  images.input.height = 9;
  images.input.channels = channels;
  images.input.mean = {0.5F, 0.4F, 0.3F};
  images.input.scale = {0.5F, 0.25F, 0.2F};
  for (std::size_t i = 0; i < count; ++i) {
    const Image image = test::noise_image(12, 9, channels, static_cast<unsigned>(i));
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(0);
  }
  return images;
}

TEST(EmbedTest, PlanesAreWhatTheQuerySees) {
  for (const int channels : {1, 3}) {
    const LabeledImages images = noise(3, channels);
    const torch::Tensor planes =
        normalize_planes(to_planes(pixel_tensor(images)), images.input).contiguous();
    std::vector<float> expected(images.input.values());
    for (std::size_t i = 0; i < images.size(); ++i) {
      normalize_pixels(images.image(i), images.input, expected);
      const float* row = planes.data_ptr<float>() + i * expected.size();
      for (std::size_t j = 0; j < expected.size(); ++j) EXPECT_NEAR(row[j], expected[j], 1e-6);
    }
  }
}

TEST(EmbedTest, OneRowAnImageWhateverTheBatchAndTheModeIsKept) {
  const LabeledImages images = noise(600, 3);  // more than one batch
  Network network(images.input, {.channels = {4, 8}});
  const torch::Tensor pixels = pixel_tensor(images);
  const EmbeddingBatch all = embed(network, pixels, images.input);
  ASSERT_EQ(all.rows(), 600U);
  EXPECT_EQ(all.dimension(), 16U);
  EXPECT_TRUE(network.is_training());
  const EmbeddingBatch last = embed(network, pixels.slice(0, 599), images.input);
  EXPECT_GT(similarity(all.row(599), last.row(0)), 0.99999F);
}

TEST(EmbedTest, ViewsAreAveragedAsTheModelDoes) {
  const LabeledImages images = noise(20, 3);
  Network network(images.input, {.channels = {4, 8}});
  network.eval();
  EncoderModel model = export_network(network, images.input);
  model.input.views = kSizedViews;
  const OnnxEncoder encoder(write_onnx_model(model));
  const EmbeddingBatch embeddings = embed(network, pixel_tensor(images), images.input, kSizedViews);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto pixels = images.image(i);
    const Image image{12, 9, 3, {pixels.begin(), pixels.end()}};
    EXPECT_GT(similarity(embeddings.row(i), encoder.encode(std::span(&image, 1)).row(0)), 0.99999F);
  }
}

}  // namespace
}  // namespace simdb::training
