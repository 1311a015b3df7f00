#include "encoder/training/baselines.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb::training {
namespace {

/// Noise, each image its own.
LabeledImages noise(int count, int channels) {
  LabeledImages images;
  images.input.width = images.input.height = 20;
  images.input.channels = channels;
  for (int i = 0; i < count; ++i) {
    const Image image = test::noise_image(20, 20, channels, static_cast<unsigned>(i));
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(0);
  }
  return images;
}

class MeanEncoder final : public ImageEncoder {
 public:
  EmbeddingBatch encode(std::span<const Image> images) const override {
    EmbeddingBatch rows(16);
    for (const Image& image : images) {
      std::vector<float> features(16);
      features[0] = image.pixels.front();
      features[1] = image.pixels.back();
      features[2] = 1;
      rows.append_normalized(features);
    }
    return rows;
  }
  std::size_t dimension() const noexcept override { return 16; }
  const std::string& fingerprint() const noexcept override { return name_; }

 private:
  std::string name_ = "mean";
};

TEST(BaselinesTest, EachGivesRowsOfLengthOneInTheOrderAsked) {
  for (const int channels : {1, 3}) {
    const LabeledImages images = noise(40, channels);
    for (const std::string_view name : kBaselines) {
      const torch::Tensor rows = baseline_rows(name, images, std::vector<std::size_t>{30, 2, 30});
      ASSERT_EQ(rows.size(0), 3) << name;
      EXPECT_TRUE(torch::allclose(rows.norm(2, 1), torch::ones({3}))) << name;
      EXPECT_TRUE(rows[0].equal(rows[2])) << name;
      EXPECT_FALSE(rows[0].equal(rows[1])) << name;
    }
  }
}

TEST(BaselinesTest, OtherNamesAreRefused) {
  EXPECT_EQ(test::code_of([] { baseline_rows("magic", noise(1, 3), std::vector<std::size_t>{0}); }),
            ErrorCode::kUsage);
}

TEST(BaselinesTest, AnEncoderSeesTheSameImages) {
  const LabeledImages images = noise(80, 3);
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < 80; ++i) all.push_back(79 - i);
  const torch::Tensor rows =
      encoder_baseline("mean", std::make_shared<MeanEncoder>()).rows_of(images, all);
  ASSERT_EQ(rows.size(0), 80);
  const auto pixels = images.image(10);
  const torch::Tensor row = rows[69];
  EXPECT_NEAR(row[0].item<float>() / row[2].item<float>(), pixels.front(), 1e-2);
  EXPECT_NEAR(row[1].item<float>() / row[2].item<float>(), pixels.back(), 1e-2);
}

}  // namespace
}  // namespace simdb::training
