#include "encoder/training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "encoder/model/onnx_model.h"
#include "encoder/training/run_state.h"
#include "simdb/embedding.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb::training {
namespace {

using test::error_of;
using ::testing::HasSubstr;

/// Squares of random size and place on white, one colour per class, 12 x 12 pixels.
LabeledImages squares(const std::vector<std::array<std::uint8_t, 3>>& colors, int images_a_class,
                      unsigned seed = 1) {
  std::mt19937 random(seed);
  LabeledImages images;
  images.input.width = images.input.height = 12;
  for (std::size_t label = 0; label < colors.size(); ++label) {
    images.classes.push_back("class " + std::to_string(label));
    for (int i = 0; i < images_a_class; ++i) {
      Image image = test::solid_image(12, 12, {255, 255, 255});
      const unsigned side = 4 + random() % 4;
      const unsigned left = random() % (12 - side);
      const unsigned top = random() % (12 - side);
      for (unsigned y = top; y < top + side; ++y) {
        for (unsigned x = left; x < left + side; ++x) {
          std::copy(colors[label].begin(), colors[label].end(), &image.pixels[(y * 12 + x) * 3]);
        }
      }
      images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
      images.labels.push_back(static_cast<int>(label));
    }
  }
  return images;
}

LabeledImages red_and_blue() { return squares({{255, 0, 0}, {0, 0, 255}}, 10); }

TrainOptions quick() {
  TrainOptions options;
  options.network = {.channels = {4, 8}};
  options.loss.kind = LossKind::kTriplet;
  options.batch = 32;
  options.epochs = 4;
  options.learning_rate = 0.01;
  return options;
}

std::vector<float> weights_of(const TrainResult& result) {
  return std::get<DenseLayer>(result.model.layers.back()).weight;
}

TEST(TrainerTest, AViewShowsBothNetworksAndChangesNoWeight) {
  const TrainResult plain = train(red_and_blue(), nullptr, quick());
  EXPECT_FALSE(plain.view);
  std::vector<std::byte> checkpoint;
  TrainObserver observer;
  observer.wants_view = true;
  observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
    if (checkpoint.empty()) checkpoint.assign(bytes.begin(), bytes.end());
  };
  const TrainResult viewed = train(red_and_blue(), nullptr, quick(), observer);
  EXPECT_EQ(weights_of(viewed), weights_of(plain));
  ASSERT_TRUE(viewed.view);
  const ValidationView& view = *viewed.view;
  EXPECT_EQ(view.classes, red_and_blue().classes);
  EXPECT_EQ(view.labels, (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(view.pixels.size(), 4 * red_and_blue().input.values());
  ASSERT_EQ(view.before.rows(), 4U);
  ASSERT_EQ(view.after.rows(), 4U);
  EXPECT_FALSE(std::ranges::equal(view.before.values(), view.after.values()));
  const TrainResult resumed = train(red_and_blue(), nullptr, quick(), observer, checkpoint);
  EXPECT_EQ(weights_of(resumed), weights_of(plain));
  ASSERT_TRUE(resumed.view);
  EXPECT_TRUE(std::ranges::equal(resumed.view->before.values(), view.before.values()));
  EXPECT_TRUE(std::ranges::equal(resumed.view->after.values(), view.after.values()));
}

TEST(TrainerTest, LearnsToTellClassesAndReportsEveryEpoch) {
  std::vector<EpochReport> seen;
  std::size_t steps = 0;
  TrainObserver observer;
  observer.on_epoch = [&](const EpochReport& report) { seen.push_back(report); };
  observer.on_step = [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(done, ++steps);
    EXPECT_EQ(total, 40U);
    return true;
  };
  const TrainResult result = train(red_and_blue(), nullptr, quick(), observer);
  EXPECT_EQ(result.best.recall_at_1, 1);
  EXPECT_EQ(result.training_images, 16U);
  EXPECT_EQ(result.validation_images, 4U);
  EXPECT_FALSE(result.stopped);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(result.history.size(), 4U);
  EXPECT_EQ(seen[2].epoch, 3);
  EXPECT_EQ(steps, 40U);
  EXPECT_TRUE(result.history[result.best.epoch - 1].best);
  EXPECT_EQ(result.model.notes.at("training_data"), "16 images of 2 classes");
  EXPECT_EQ(result.model.notes.at("training_classes"), "class 0\nclass 1");
  EXPECT_EQ(result.model.notes.at("recall_at_1"), "1.0000");
}

TEST(TrainerTest, TheModelThatComesBackIsTheBestOne) {
  // With the network of the last epoch instead, the recall would differ: the learning rate ruins
  // it.
  const LabeledImages images = red_and_blue();
  TrainOptions options = quick();
  options.validation_share = 0;
  const TrainResult result = train(images, nullptr, options);
  EXPECT_EQ(result.validation_images, 0U);
  const OnnxEncoder encoder(write_onnx_model(result.model));
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto pixels = images.image(i);
    pictures.push_back({12, 12, 3, {pixels.begin(), pixels.end()}});
  }
  const EmbeddingBatch rows = encoder.encode(pictures);
  const auto nearest = [&](std::size_t query) {
    std::size_t best = query == 0 ? 1 : 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (i != query &&
          similarity(rows.row(i), rows.row(query)) > similarity(rows.row(best), rows.row(query))) {
        best = i;
      }
    }
    return best;
  };
  double found = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (images.labels[nearest(i)] == images.labels[i]) ++found;
  }
  EXPECT_NEAR(found / static_cast<double>(rows.rows()), result.best.recall_at_1, 1e-9);
}

TEST(TrainerTest, OneSeedGivesTheSameWeightsBitForBit) {
  TrainOptions options = quick();
  options.threads = 2;
  options.epochs = 2;
  const auto first = weights_of(train(red_and_blue(), nullptr, options));
  EXPECT_EQ(first, weights_of(train(red_and_blue(), nullptr, options)));
  options.seed = 2;
  EXPECT_NE(first, weights_of(train(red_and_blue(), nullptr, options)));
}

TEST(TrainerTest, ALossMayLearnProxiesOfItsOwn) {
  TrainOptions options = quick();
  options.loss.kind = LossKind::kCosFace;
  options.augment = parse_augment("none");  // drawn for groups, they contradict proxies
  const TrainResult result = train(red_and_blue(), nullptr, options);
  EXPECT_EQ(result.best.recall_at_1, 1);
  EXPECT_LT(result.history.back().loss, result.history.front().loss);
  EXPECT_EQ(result.model.notes.at("loss"), "cosface, margin 0.35, scale 30");
}

TEST(TrainerTest, MadeClassesChangeWhatIsLearnedButNotWhatIsCounted) {
  TrainOptions options = quick();
  const TrainResult without = train(red_and_blue(), nullptr, options);
  options.made_classes = true;
  const TrainResult with = train(red_and_blue(), nullptr, options);
  EXPECT_EQ(with.training_images, without.training_images);
  EXPECT_EQ(with.validation_images, without.validation_images);
  EXPECT_NE(weights_of(with), weights_of(without));
  options.loss.kind = LossKind::kCosFace;  // it has a proxy for each class, also for those made
  EXPECT_NO_THROW(train(red_and_blue(), nullptr, options));
}

TEST(TrainerTest, AValidationSetMayHaveOtherClasses) {
  const LabeledImages validation = squares({{0, 255, 0}, {0, 0, 0}, {255, 255, 0}}, 4, 2);
  const TrainResult result = train(red_and_blue(), &validation, quick());
  EXPECT_EQ(result.training_images, 20U);
  EXPECT_EQ(result.validation_images, 12U);
  EXPECT_GT(result.best.recall_at_1, 0.5);
}

TEST(TrainerTest, StoppingKeepsTheBestSoFar) {
  TrainObserver observer;
  observer.on_step = [](std::size_t done, std::size_t) { return done < 15; };
  const TrainResult late = train(red_and_blue(), nullptr, quick(), observer);
  EXPECT_TRUE(late.stopped);
  EXPECT_EQ(late.best.epoch, 1);
  observer.on_step = [](std::size_t, std::size_t) { return false; };
  const TrainResult early = train(red_and_blue(), nullptr, quick(), observer);
  EXPECT_TRUE(early.stopped);
  EXPECT_EQ(early.best.epoch, 0);
  EXPECT_TRUE(early.history.empty());
}

TEST(TrainerTest, StopsEarlyWithoutProgress) {
  TrainOptions options = quick();
  options.epochs = 40;
  options.patience = 2;
  const TrainResult result = train(red_and_blue(), nullptr, options);
  EXPECT_LT(result.history.size(), 40U);
  EXPECT_EQ(result.history.back().epoch, result.history.back().stops_at);
  EXPECT_EQ(result.history.back().epoch, last_gain(result.history) + 2);
}

TEST(TrainerTest, ATimeLimitChoosesALengthThatGivesTheSameModelAgain) {
  TrainOptions options = quick();
  options.epochs = 100'000;
  options.patience = 0;
  options.time_limit = 2;
  std::vector<std::byte> checkpoint;
  TrainPlan plan;
  TrainObserver observer;
  observer.on_plan = [&](const TrainPlan& told) { plan = told; };
  observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
    if (checkpoint.empty()) checkpoint.assign(bytes.begin(), bytes.end());
  };
  const TrainResult limited = train(red_and_blue(), nullptr, options, observer);
  EXPECT_LT(plan.epochs, 100'000);
  EXPECT_GT(plan.epochs, 0);
  EXPECT_GT(plan.seconds, 0);
  EXPECT_LT(plan.seconds, 2);
  EXPECT_EQ(limited.model.notes.at("epochs_at_most"), std::to_string(plan.epochs));
  TrainOptions fixed = options;
  fixed.time_limit = 0;
  fixed.epochs = plan.epochs;
  fixed.steps_an_epoch = plan.steps_an_epoch;
  const TrainResult again = train(red_and_blue(), nullptr, fixed);
  if (again.history.size() == limited.history.size()) {  // else the limit came first
    EXPECT_EQ(weights_of(again), weights_of(limited));
  }
  const int epochs = plan.epochs;
  options.time_limit = 1000;
  const TrainResult resumed = train(red_and_blue(), nullptr, options, observer, checkpoint);
  EXPECT_EQ(plan.epochs, epochs);
  EXPECT_EQ(weights_of(resumed), weights_of(again));
}

TEST(TrainerTest, ThePlanTellsWhatIsTrainedAndWhatIsJudged) {
  TrainPlan plan;
  TrainObserver observer;
  observer.on_plan = [&](const TrainPlan& told) { plan = told; };
  train(red_and_blue(), nullptr, quick(), observer);
  EXPECT_EQ(plan.epochs, 4);
  EXPECT_EQ(plan.steps_an_epoch, 10);
  EXPECT_EQ(plan.seconds, 0);
  EXPECT_EQ(plan.training_images, 16U);
  EXPECT_EQ(plan.training_classes, 2U);
  EXPECT_EQ(plan.validation_images, 4U);
  EXPECT_FALSE(plan.new_classes);
}

TEST(TrainerTest, ALossThatIsNoNumberIsTold) {
  LabeledImages images = red_and_blue();
  images.input.scale.fill(std::numeric_limits<float>::denorm_min());  // planes become infinite
  const Error error = error_of([&] { train(images, nullptr, quick()); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("--learning-rate"));
}

TEST(TrainerTest, ACollapseIsWarnedOfOnce) {
  // Both classes hold the same picture: nothing can be learned, every triplet costs the margin.
  LabeledImages images = squares({{255, 0, 0}, {255, 0, 0}}, 1);
  images.pixels = {};
  images.labels = {};
  const Image image = test::quadrant_image(12, 12);
  for (int i = 0; i < 12; ++i) {
    images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
    images.labels.push_back(i % 2);
  }
  TrainOptions options = quick();
  options.augment = parse_augment("none");
  options.epochs = 8;
  options.patience = 8;
  std::vector<std::string> warnings;
  TrainObserver observer;
  observer.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  train(images, nullptr, options, observer);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings.front(), HasSubstr("collapsed"));
}

/// Hues around the colour circle.
LabeledImages many_classes() {
  std::vector<std::array<std::uint8_t, 3>> colors;
  for (int i = 0; i < 24; ++i) {
    const auto part = [&](int shift) {
      return static_cast<std::uint8_t>(128 + 127 * std::cos((i + shift) * 0.2618));
    };
    colors.push_back({part(0), part(8), part(16)});
  }
  return squares(colors, 6);
}

TEST(TrainerTest, ManyClassesAreJudgedByClassesSetAside) {
  TrainOptions options = quick();
  options.epochs = 1;
  const TrainResult result = train(many_classes(), nullptr, options);
  EXPECT_EQ(result.new_classes, 8U);
  EXPECT_EQ(result.validation_images, 48U);
  EXPECT_EQ(result.training_images, 16 * 6U);
  EXPECT_EQ(result.training_classes, 16U);
  EXPECT_THAT(result.model.notes.at("recall_measured_on"), HasSubstr("did not see"));
  EXPECT_EQ(result.new_class_ways, 8);
  EXPECT_EQ(result.new_class_shots, 5);
  EXPECT_GT(result.new_class_accuracy, 0.2);
  EXPECT_GT(result.new_class_interval, 0);
  EXPECT_EQ(result.best.measure, result.new_class_measured);
  ASSERT_EQ(result.baselines.size(), 3U);
  EXPECT_GT(result.baselines[2].new_class_accuracy, result.baselines[1].new_class_accuracy)
      << "colours are all there is";
  options.validation = ValidationKind::kImages;
  EXPECT_EQ(train(many_classes(), nullptr, options).new_classes, 0U);
}

TEST(TrainerTest, GoesOnFromEveryCheckpointBitForBit) {
  for (const auto loss : {LossKind::kNtXent, LossKind::kCosFace}) {
    TrainOptions options = quick();
    options.loss.kind = loss;
    options.network.residual = true;
    options.augment = parse_augment("shapes");
    std::vector<std::vector<std::byte>> checkpoints;
    TrainObserver observer;
    observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
      checkpoints.emplace_back(bytes.begin(), bytes.end());
    };
    const TrainResult whole = train(red_and_blue(), nullptr, options, observer);
    ASSERT_EQ(checkpoints.size(), 4U);
    for (const auto& checkpoint : checkpoints) {
      const TrainResult resumed = train(red_and_blue(), nullptr, options, {}, checkpoint);
      EXPECT_EQ(weights_of(resumed), weights_of(whole));
      ASSERT_EQ(resumed.history.size(), whole.history.size());
      EXPECT_EQ(resumed.history.back().loss, whole.history.back().loss);
      EXPECT_EQ(resumed.best.epoch, whole.best.epoch);
    }
  }
}

TEST(TrainerTest, ACheckpointOfAnotherTrainingIsRefused) {
  std::vector<std::byte> checkpoint;
  TrainObserver observer;
  observer.on_checkpoint = [&](std::span<const std::byte> bytes) {
    checkpoint.assign(bytes.begin(), bytes.end());
  };
  TrainOptions options = quick();
  options.epochs = 1;
  train(red_and_blue(), nullptr, options, observer);
  const auto message = [&](const LabeledImages& images, const TrainOptions& changed) {
    const Error error = error_of([&] { train(images, nullptr, changed, {}, checkpoint); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return std::string(error.what());
  };
  TrainOptions changed = options;
  changed.learning_rate = 0.5;
  EXPECT_THAT(message(red_and_blue(), changed), HasSubstr("learning-rate was '0.01'"));
  EXPECT_THAT(message(squares({{255, 0, 0}, {0, 255, 0}}, 10), options),
              HasSubstr("training images"));
  checkpoint.resize(checkpoint.size() / 2);
  EXPECT_THAT(message(red_and_blue(), options), HasSubstr("--resume"));
}

TEST(TrainerTest, ADeviceThatIsMissingIsTold) {
  TrainOptions options = quick();
  for (const auto* device : {"cuda:77", "warp"}) {
    options.device = device;
    const Error error = error_of([&] { train(red_and_blue(), nullptr, options); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--device cpu"));
  }
}

TEST(TrainerTest, RefusesWhatCanNotWork) {
  TrainOptions options = quick();
  options.epochs = 0;
  EXPECT_EQ(test::code_of([&] { train(red_and_blue(), nullptr, options); }), ErrorCode::kUsage);
  LabeledImages other = red_and_blue();
  other.input.mean[0] = 0.1F;
  EXPECT_EQ(test::code_of([&] { train(red_and_blue(), &other, quick()); }), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb::training
