#include "simdb/image_decoder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include "encoder/model/onnx_model_decoder.h"
#include "simdb/error.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/decoders.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

Image noise(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  Image image{width, height, 3, std::vector<std::uint8_t>(std::size_t{3} * width * height)};
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(random() % 256);
  return image;
}

TEST(ImageDecoderTest, AFileSaysWhatItIs) {
  const ImageDecoder decoder(test::random_decoder_file(11, 13, 3));
  EXPECT_EQ(decoder.width(), 11);
  EXPECT_EQ(decoder.height(), 13);
  EXPECT_EQ(decoder.channels(), 3);
  EXPECT_EQ(decoder.latent(), 4U);
  EXPECT_EQ(decoder.code_size(), 4U + 16 + 32);
  ASSERT_EQ(decoder.parts().size(), 2U);
  EXPECT_EQ(decoder.parts()[0].name, "colour");
  EXPECT_EQ(decoder.parts()[0].first, 4U);
  EXPECT_EQ(decoder.parts()[1].first, 20U);
  EXPECT_EQ(decoder.parts()[1].size, 32U);
  EXPECT_EQ(decoder.header().notes.at("steps"), "7");
}

// The encoders inside must answer as they do by themselves, also the one that sees grey.
TEST(ImageDecoderTest, CodesHoldTheEmbeddingsOfTheEncoders) {
  const ImageDecoder decoder(test::random_decoder_file(11, 13, 3));
  const std::vector<Image> images = {noise(11, 13, 1), noise(40, 30, 2)};
  const std::vector<float> codes = decoder.encode(images);
  ASSERT_EQ(codes.size(), 2 * decoder.code_size());
  const auto specs = test::decoder_encoders(11, 13, 3);
  for (std::size_t e = 0; e < specs.size(); ++e) {
    const EmbeddingBatch expected = OnnxEncoder(write_onnx_model(specs[e].model)).encode(images);
    const CodePart& part = decoder.parts()[e];
    for (std::size_t i = 0; i < images.size(); ++i) {
      for (std::size_t j = 0; j < part.size; ++j) {
        // A grey pixel is rounded to a byte there, and is not here.
        EXPECT_NEAR(codes[i * decoder.code_size() + part.first + j], expected.row(i)[j], 0.01)
            << specs[e].name << " " << i << " " << j;
      }
    }
  }
}

TEST(ImageDecoderTest, ABatchIsItsImagesOneByOne) {
  const ImageDecoder decoder(test::random_decoder_file(28, 28, 3));
  std::vector<Image> images;
  for (unsigned i = 0; i < 40; ++i) images.push_back(noise(28, 28, i));
  const std::vector<float> codes = decoder.encode(images);
  const std::vector<Image> pictures = decoder.decode(codes);
  ASSERT_EQ(pictures.size(), 40U);
  for (const std::size_t i : {0U, 17U, 39U}) {
    const std::vector<float> code = decoder.encode({&images[i], 1});
    const auto expected = std::span(codes).subspan(i * code.size(), code.size());
    for (std::size_t j = 0; j < code.size(); ++j) EXPECT_NEAR(code[j], expected[j], 1e-4);
    const std::vector<Image> one = decoder.decode(expected);
    EXPECT_EQ(one[0].width, 28);
    EXPECT_EQ(one[0].channels, 3);
    EXPECT_GT(psnr(one[0], pictures[i]), 45);
  }
  EXPECT_NE(pictures[0].pixels, pictures[17].pixels);
  EXPECT_TRUE(decoder.encode({}).empty());
  EXPECT_TRUE(decoder.decode({}).empty());
}

TEST(ImageDecoderTest, GreyImagesHaveOneChannel) {
  const ImageDecoder decoder(test::random_decoder_file(9, 8, 1));
  const Image image = noise(20, 20, 5);
  EXPECT_EQ(decoder.fit(image).channels, 1);
  const std::vector<float> codes = decoder.encode({&image, 1});
  const Image picture = decoder.decode(codes).at(0);
  EXPECT_EQ(picture.channels, 1);
  EXPECT_EQ(picture.width, 9);
  EXPECT_EQ(picture.pixels.size(), 72U);
}

TEST(ImageDecoderTest, RefusesCodesThatAreNone) {
  const ImageDecoder decoder(test::random_decoder_file(9, 8, 3));
  std::vector<float> code(decoder.code_size());
  EXPECT_THROW((void)decoder.decode(std::span(code).first(3)), Error);
  code[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)decoder.decode(code), Error);
  const Image nothing;
  EXPECT_THROW((void)decoder.encode({&nothing, 1}), Error);
}

TEST(CodeBetweenTest, EndsAreWhereItStartsAndEmbeddingsKeepTheirLength) {
  const ImageDecoder decoder(test::random_decoder_file(9, 8, 3));
  const std::vector<Image> images = {noise(9, 8, 1), noise(9, 8, 2)};
  const std::vector<float> codes = decoder.encode(images);
  const auto from = std::span(codes).first(decoder.code_size());
  const auto to = std::span(codes).last(decoder.code_size());
  const std::vector<float> first = code_between(decoder, from, to, 0);
  const std::vector<float> last = code_between(decoder, from, to, 1);
  const std::vector<float> middle = code_between(decoder, from, to, 0.5);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_NEAR(first[i], from[i], 1e-5);
    EXPECT_NEAR(last[i], to[i], 1e-5);
  }
  EXPECT_NEAR(middle[0], (from[0] + to[0]) / 2, 1e-5);
  for (const CodePart& part : decoder.parts()) {
    double length = 0;
    for (std::size_t i = 0; i < part.size; ++i) length += std::pow(middle[part.first + i], 2);
    EXPECT_NEAR(length, 1, 1e-4);
  }
  EXPECT_THROW(code_between(decoder, from.first(3), to, 0), Error);
}

TEST(PsnrTest, IsThatOfTheMeanSquare) {
  Image a{2, 1, 1, {10, 20}};
  Image b{2, 1, 1, {10, 30}};
  EXPECT_NEAR(psnr(a, b), 10 * std::log10(255.0 * 255 / 50), 1e-9);
  EXPECT_TRUE(std::isinf(psnr(a, a)));
  EXPECT_THROW(psnr(a, Image{1, 2, 1, {10, 20}}), Error);
}

TEST(JudgeDecoderTest, PassesOneThatSimdbWrote) {
  EXPECT_NO_THROW(judge_decoder(test::random_decoder_file(9, 8, 3), "mine.onnx"));
}

TEST(JudgeDecoderTest, RefusesWhatIsNone) {
  EXPECT_THROW(judge_decoder(test::random_model_file(16, 1), "encoder.onnx"), Error);
  TrialOptions short_trial;
  short_trial.wall = std::chrono::seconds(0);
  EXPECT_THROW(judge_decoder(test::random_decoder_file(28, 28, 3), "mine.onnx", short_trial),
               Error);
}

}  // namespace
}  // namespace simdb
