#include "encoder/training/decoder_trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simdb/error.h"
#include "simdb/image_decoder.h"
#include "tests/support/models.h"

namespace simdb::training {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 12;

InputSpec small_input(int side = kSide) {
  InputSpec input;
  input.width = side;
  input.height = side;
  return input;
}

/// Squares of one colour per class, at a different place in every image.
LabeledImages squares(int count) {
  LabeledImages images;
  images.input = small_input();
  images.classes = {"blue", "red"};
  for (int i = 0; i < count; ++i) {
    const bool red = i % 2 == 1;
    const int x0 = 1 + i * 5 % 7;
    const int y0 = 1 + i * 3 % 6;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const bool inside = x >= x0 && x < x0 + 4 && y >= y0 && y < y0 + 4;
        for (int c = 0; c < 3; ++c) {
          const bool lit = !inside || c == (red ? 0 : 2);
          images.pixels.push_back(lit ? 255 : 0);
        }
      }
    }
    images.labels.push_back(red ? 1 : 0);
  }
  return images;
}

std::vector<ConditionEncoder> encoders(int side = kSide) {
  std::vector<ConditionEncoder> list;
  list.push_back(
      read_condition_encoder(test::random_model_file(16, 5, small_input(side)), "first"));
  return list;
}

DecoderOptions quick() {
  DecoderOptions options;
  options.latent = 4;
  options.steps = 30;
  options.batch = 8;
  options.augment = parse_augment("nudge");
  options.threads = 1;
  return options;
}

TEST(DecoderTrainerTest, LearnsToMakeImagesAgain) {
  DecoderOptions options = quick();
  options.steps = 240;
  options.batch = 16;
  options.learning_rate = 3e-4;  // so short a training with the usual steps ends at one grey image
  options.plain_share = 1;
  const LabeledImages images = squares(40);
  std::size_t steps = 0;
  DecoderObserver observer;
  observer.on_step = [&](std::size_t done, std::size_t total) {
    steps = done;
    return total == 240;
  };
  const DecoderResult result = train_decoder(images, encoders(), options, observer);
  EXPECT_EQ(steps, 240U);
  EXPECT_FALSE(result.stopped);
  EXPECT_EQ(result.validation_rows.size(), 4U);
  ASSERT_FALSE(result.history.empty());
  EXPECT_EQ(result.history.back().step, 240);
  EXPECT_GT(result.history.back().psnr, result.history.front().psnr);
  EXPECT_GT(result.mean_image_psnr, 5);
  EXPECT_LT(result.history.back().consistency, 0.7 * result.history.front().consistency);

  // The model says what it is, and does what was measured.
  const ImageDecoder decoder(write_decoder_model(result.model));
  EXPECT_EQ(decoder.latent(), 4U);
  EXPECT_EQ(decoder.parts()[0].fingerprint, encoders()[0].fingerprint);
  EXPECT_EQ(decoder.header().notes.at("psnr_measured_on"), "4 validation images");
  double sum = 0;
  for (const std::size_t row : result.validation_rows) {
    const auto pixels = images.image(row);
    const Image image{kSide, kSide, 3, {pixels.begin(), pixels.end()}};
    sum += psnr(decoder.decode(decoder.encode({&image, 1})).at(0), image);
  }
  EXPECT_NEAR(sum / 4, result.history.back().psnr, 0.1);
}

TEST(DecoderTrainerTest, ACheckpointGoesOnBitForBit) {
  const LabeledImages images = squares(30);
  std::vector<std::byte> middle;
  DecoderObserver observer;
  observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
    if (middle.empty()) middle.assign(bytes.begin(), bytes.end());
  };
  const DecoderResult whole = train_decoder(images, encoders(), quick(), observer);
  ASSERT_FALSE(middle.empty());
  const DecoderResult resumed = train_decoder(images, encoders(), quick(), {}, middle);
  EXPECT_EQ(write_decoder_model(whole.model), write_decoder_model(resumed.model));
  EXPECT_EQ(whole.history.size(), resumed.history.size());

  DecoderOptions others = quick();
  others.latent = 5;
  try {
    train_decoder(images, encoders(), others, {}, middle);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr("latent"));
  }
}

TEST(DecoderTrainerTest, StopsWhenItIsAskedTo) {
  DecoderObserver observer;
  observer.on_step = [](std::size_t done, std::size_t) { return done < 7; };
  const DecoderResult result = train_decoder(squares(30), encoders(), quick(), observer);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.history.back().step, 7);
  EXPECT_NO_THROW(ImageDecoder(write_decoder_model(result.model)));
}

TEST(DecoderTrainerTest, FewImagesAreAllTrainedOn) {
  const DecoderResult result = train_decoder(squares(10), encoders(), quick());
  EXPECT_TRUE(result.validation_rows.empty());
  EXPECT_EQ(result.model.notes.at("psnr_measured_on"), "training images");
}

TEST(DecoderTrainerTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW(train_decoder(squares(30), {}, quick()), Error);
  EXPECT_THROW(train_decoder({}, encoders(), quick()), Error);
  DecoderOptions none = quick();
  none.latent = 0;
  EXPECT_THROW(train_decoder(squares(30), encoders(), none), Error);
  EXPECT_THROW(train_decoder(squares(30), encoders(16), quick()), Error);
}

TEST(DecoderInputTest, EncodersMustSeeTheSamePictures) {
  std::vector<ConditionEncoder> both = encoders(12);
  both.push_back(read_condition_encoder(test::random_model_file(16, 5, small_input(16)), "second"));
  try {
    decoder_input(both);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr("second"));
    EXPECT_THAT(e.what(), HasSubstr("--size"));
  }
  InputSpec grey = small_input();
  grey.channels = 1;
  std::vector<ConditionEncoder> mixed;
  mixed.push_back(read_condition_encoder(test::random_model_file(16, 5, grey), "grey"));
  EXPECT_EQ(decoder_input(mixed).channels, 1);
  mixed.push_back(read_condition_encoder(test::random_model_file(16, 5, small_input()), "colour"));
  EXPECT_EQ(decoder_input(mixed).channels, 3);
}

TEST(DecoderOptionsTest, ChangesKeepTheValuesOfPixels) {
  const AugmentOptions chosen = decoder_augment({}, 3, 9, 180, false);
  EXPECT_FALSE(chosen.automatic);
  EXPECT_TRUE(chosen.affine);
  EXPECT_FALSE(chosen.light || chosen.noise || chosen.colors || chosen.erase);
  EXPECT_EQ(decoder_augment(parse_augment("light"), 3, 9, 180, false), parse_augment("light"));
}

}  // namespace
}  // namespace simdb::training
