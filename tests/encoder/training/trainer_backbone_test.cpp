#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <variant>

#include "encoder/model/onnx_model.h"
#include "encoder/training/trainer.h"
#include "encoder/training/view_features.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::training {
namespace {

using ::testing::HasSubstr;

class TrainerBackboneTest : public ::testing::Test {
 protected:
  TrainerBackboneTest() {
    options_.backbone = BackboneOptions{.identity = "SHA-256 1, tensor 'x'"};
  }

  /// Reddish and bluish noise, with features.
  LabeledImages two_colors(int views, unsigned seed = 1) const {
    LabeledImages images;
    images.input = recipe_.input;
    images.classes = {"blue", "red"};
    std::mt19937 random(seed);
    for (int i = 0; i < 24; ++i) {
      const bool red = i % 2 == 1;
      images.labels.push_back(red ? 1 : 0);
      for (std::size_t p = 0; p < images.input.values(); ++p) {
        const bool bright = p % 3 == (red ? 0U : 2U);
        images.pixels.push_back(static_cast<std::uint8_t>((bright ? 128 : 0) + random() % 128));
      }
    }
    FeatureCache cache(folder_ / "cache", backbone_.key(), backbone_.dimension());
    compute_features(images, backbone_, cache,
                     choose_views(views, parse_augment("affine,light"), images));
    return images;
  }

  static TrainOptions quick() {
    TrainOptions options;
    options.batch = 32;
    options.epochs = 6;
    options.learning_rate = 0.01;
    options.threads = 1;
    return options;
  }

  static std::vector<float> weights_of(const TrainResult& result) {
    return std::get<DenseLayer>(result.model.layers.back()).weight;
  }

  test::TemporaryFolder folder_;
  test::BackboneRecipe recipe_;
  BackboneFeatures backbone_{read_backbone(test::make_backbone(), "net.onnx", recipe_.input)};
  TrainOptions options_ = quick();
};

TEST_F(TrainerBackboneTest, LearnsAHeadAndTheJoinedFileTellsTheClassesApart) {
  options_.backbone->hidden = 12;
  const TrainResult result = train(two_colors(1), nullptr, options_);
  EXPECT_EQ(result.best.recall_at_1, 1);
  ASSERT_EQ(result.model.layers.size(), 2U);
  EXPECT_EQ(std::get<DenseLayer>(result.model.layers[0]).out_features, 12);
  EXPECT_THAT(result.model.notes.at("network"), HasSubstr("12 hidden"));

  const std::vector<DenseLayer> head = {std::get<DenseLayer>(result.model.layers[0]),
                                        std::get<DenseLayer>(result.model.layers[1])};
  const OnnxEncoder encoder(write_backbone_model(backbone_.backbone(), head, result.model.notes));
  const LabeledImages others = two_colors(1, 2);
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto pixels = others.image(i);
    pictures.push_back({12, 10, 3, {pixels.begin(), pixels.end()}});
  }
  const EmbeddingBatch rows = encoder.encode(pictures);
  for (std::size_t i = 2; i < rows.rows(); ++i) {
    const float same = similarity(rows.row(i), rows.row(i % 2));
    EXPECT_GT(same, similarity(rows.row(i), rows.row(1 - i % 2))) << i;
  }
}

TEST_F(TrainerBackboneTest, GoesOnFromEveryCheckpointBitForBit) {
  options_.backbone->dropout = 0.4;  // draws at each step
  options_.backbone->views = 3;
  options_.loss.kind = LossKind::kCosFace;
  const LabeledImages images = two_colors(3);
  std::vector<std::vector<std::byte>> checkpoints;
  TrainObserver observer;
  observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
    checkpoints.emplace_back(bytes.begin(), bytes.end());
  };
  const TrainResult whole = train(images, nullptr, options_, observer);
  ASSERT_GE(checkpoints.size(), 2U);
  for (const auto& checkpoint : checkpoints) {
    const TrainResult resumed = train(images, nullptr, options_, {}, checkpoint);
    EXPECT_EQ(weights_of(resumed), weights_of(whole));
    EXPECT_EQ(resumed.history.back().loss, whole.history.back().loss);
  }
  options_.backbone->identity = "SHA-256 2, tensor 'x'";
  const Error error =
      test::error_of([&] { train(images, nullptr, options_, {}, checkpoints.front()); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("its backbone was 'SHA-256 1"));
}

TEST_F(TrainerBackboneTest, AValidationSetHasOneView) {
  options_.backbone->views = 2;
  const LabeledImages validation = two_colors(1, 5);
  const TrainResult result = train(two_colors(2), &validation, options_);
  EXPECT_EQ(result.validation_images, 24U);
  EXPECT_EQ(result.best.recall_at_1, 1);
}

// Labels that say nothing of the images: whatever training finds in them is wrong for others.
TEST_F(TrainerBackboneTest, KeepsAnAnchoredHeadAsItWasUnlessItGetsBetter) {
  LabeledImages wide = two_colors(1);
  const LabeledImages truth = wide;
  std::mt19937 random(4);
  wide.features.width = 24;
  wide.features.values.clear();
  for (std::size_t i = 0; i < wide.size(); ++i) {
    for (int f = 0; f < 24; ++f) {
      const float noise = static_cast<float>(random() % 1000) / 1000;
      wide.features.values.push_back(f == 0 ? 5.0F * static_cast<float>(truth.labels[i]) + noise
                                            : noise);
    }
  }
  const LabeledImages validation = wide;
  for (int& label : wide.labels) label = static_cast<int>(random() % 2);
  options_.backbone->anchor = 0;
  const TrainResult result = train(wide, &validation, options_);
  EXPECT_TRUE(result.kept_start);
  EXPECT_EQ(result.model.notes.at("epochs"), "0");
  EXPECT_EQ(result.model.notes.at("nested"), "16");

  const TrainResult right = train(validation, &validation, options_);
  EXPECT_FALSE(right.kept_start);
  EXPECT_NE(weights_of(right), weights_of(result));
}

TEST_F(TrainerBackboneTest, FeaturesAndABackboneBelongTogether) {
  LabeledImages images = two_colors(1);
  const LabeledImages validation = images;
  TrainOptions plain = options_;
  plain.backbone.reset();
  EXPECT_EQ(test::code_of([&] { train(images, nullptr, plain); }), ErrorCode::kUsage);
  images.features = {};
  EXPECT_EQ(test::code_of([&] { train(images, nullptr, options_); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { train(validation, &images, options_); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
