#include "cli/train/train_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "cli/completion/choices.h"
#include "cli/train_options.h"
#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

using test::error_of;
using ::testing::HasSubstr;

TrainCommand parse(const std::vector<std::string_view>& args) { return parse_train_args(args); }

TEST(TrainArgsTest, DefaultsNeedOnlyFolderAndOutput) {
  const TrainCommand command = parse({"pictures", "-o", "m.onnx"});
  EXPECT_EQ(command.folder, "pictures");
  EXPECT_EQ(command.output, "m.onnx");
  EXPECT_FALSE(command.validation);
  EXPECT_TRUE(command.choose_channels);
  EXPECT_EQ(command.input.width, 28);
  EXPECT_EQ(command.input.height, 28);
  EXPECT_TRUE(command.choose_resize);
  EXPECT_TRUE(command.changes.empty());
  EXPECT_FALSE(command.resume);
}

TEST(TrainArgsTest, EveryOptionIsTakenUp) {
  const TrainCommand command = parse({"--output=m.onnx",
                                      "--validation",
                                      "v",
                                      "--size",
                                      "32",
                                      "--color",
                                      "grey",
                                      "--resize",
                                      "stretch",
                                      "--dim",
                                      "64",
                                      "--channels",
                                      "8,16,32",
                                      "--network",
                                      "article",
                                      "--schedule",
                                      "one-cycle",
                                      "--warmup",
                                      "0.2",
                                      "--weight-decay",
                                      "0.3",
                                      "--clip-norm",
                                      "2",
                                      "--weight-average",
                                      "0.5",
                                      "--precision",
                                      "float32",
                                      "--siblings",
                                      "0.4",
                                      "--validate-on",
                                      "classes",
                                      "--device",
                                      "cuda",
                                      "--resume",
                                      "--batch-norm",
                                      "off",
                                      "--test-views",
                                      "5",
                                      "--made-classes",
                                      "on",
                                      "--augment",
                                      "affine",
                                      "--augment-strength",
                                      "1.5",
                                      "--preview",
                                      "page.html",
                                      "--miner",
                                      "batch-hard",
                                      "--soft-margin",
                                      "--scale",
                                      "7.5",
                                      "--optimizer",
                                      "adam",
                                      "--learning-rate",
                                      "0.1",
                                      "--batch",
                                      "50",
                                      "--epochs",
                                      "9",
                                      "--patience",
                                      "3",
                                      "--seed",
                                      "77",
                                      "--threads",
                                      "1",
                                      "--json",
                                      "--validation-share",
                                      "0.3",
                                      "--loss",
                                      "triplet",
                                      "--classes",
                                      "leaf",
                                      "pictures"});
  EXPECT_EQ(command.validation, "v");
  EXPECT_EQ(command.classes, ClassLevel::kLeaf);
  EXPECT_EQ(command.input.height, 32);
  EXPECT_FALSE(command.choose_channels);
  EXPECT_EQ(command.input.channels, 1);
  EXPECT_EQ(command.input.resize, ResizeRule::kStretch);
  EXPECT_FALSE(command.choose_resize);
  const training::TrainOptions options = command.change(training::TrainOptions());
  EXPECT_EQ(options.network.dimension, 64);
  EXPECT_EQ(options.network.channels, (std::vector<int>{8, 16, 32}));
  EXPECT_FALSE(options.network.residual);
  EXPECT_EQ(options.schedule, training::ScheduleKind::kOneCycle);
  EXPECT_DOUBLE_EQ(options.warmup, 0.2);
  EXPECT_DOUBLE_EQ(options.weight_decay, 0.3);
  EXPECT_DOUBLE_EQ(options.clip_norm, 2);
  EXPECT_DOUBLE_EQ(options.weight_average, 0.5);
  EXPECT_EQ(options.precision, training::Precision::kFloat32);
  EXPECT_DOUBLE_EQ(options.siblings, 0.4);
  EXPECT_TRUE(options.made_classes);
  EXPECT_EQ(options.test_views, 5);
  EXPECT_EQ(options.validation, training::ValidationKind::kClasses);
  EXPECT_EQ(options.device, "cuda");
  EXPECT_TRUE(command.resume);
  EXPECT_FALSE(options.network.batch_norm);
  EXPECT_EQ(to_string(options.augment), "affine");
  EXPECT_EQ(options.loss.miner, training::MinerKind::kBatchHard);
  EXPECT_EQ(options.loss.kind, training::LossKind::kTriplet);
  EXPECT_TRUE(options.loss.soft_margin);
  EXPECT_EQ(options.loss.scale, 7.5);
  EXPECT_DOUBLE_EQ(options.augment.strength, 1.5);
  EXPECT_EQ(command.preview, "page.html");
  EXPECT_EQ(options.optimizer, training::OptimizerKind::kAdam);
  EXPECT_DOUBLE_EQ(options.learning_rate, 0.1);
  EXPECT_DOUBLE_EQ(options.validation_share.value(), 0.3);
  EXPECT_EQ(options.batch, 50);
  EXPECT_EQ(options.epochs, 9);
  EXPECT_EQ(options.patience, 3);
  EXPECT_EQ(options.seed, 77U);
  EXPECT_EQ(options.threads, 1);
  EXPECT_TRUE(command.json);
}

TEST(TrainArgsTest, TheLossChoosesTheNumbersThatAreNotGiven) {
  const auto loss = [](const std::vector<std::string_view>& more) {
    std::vector<std::string_view> args = {"pictures", "-o", "m.onnx"};
    args.insert(args.end(), more.begin(), more.end());
    return to_string(parse(args).change(training::TrainOptions()).loss);
  };
  EXPECT_EQ(loss({}), to_string(training::LossOptions()));
  EXPECT_EQ(loss({"--loss", "nt-xent"}), "nt-xent, margin 0.2, scale 16");
  EXPECT_EQ(loss({"--loss", "circle", "--margin", "0.25"}), "circle, margin 0.25, scale 24");
}

TEST(TrainArgsTest, ATimeLimitTakesAsManyEpochsAsFitUnlessTheUserSaysHowMany) {
  EXPECT_EQ(parse({"p", "-o", "m"}).change(training::TrainOptions()).time_limit, 0);
  const auto options =
      parse({"p", "-o", "m", "--time-limit", "3m"}).change(training::TrainOptions());
  EXPECT_EQ(options.time_limit, 180);
  EXPECT_GT(options.epochs, 100'000);
  EXPECT_EQ(options.patience, 0);
  const auto both = parse({"p", "-o", "m", "--time-limit", "90s", "--epochs", "9", "--patience",
                           "4", "--epoch-steps", "20"})
                        .change(training::TrainOptions());
  EXPECT_EQ(both.time_limit, 90);
  EXPECT_EQ(both.epochs, 9);
  EXPECT_EQ(both.patience, 4);
  EXPECT_EQ(both.steps_an_epoch, 20);
  EXPECT_THAT(error_of([] { parse({"p", "-o", "m", "--time-limit", "soon"}); }).what(),
              HasSubstr("90s, 3m"));
}

TEST(TrainArgsTest, TheCommandIsKeptAsAShellTakesIt) {
  EXPECT_EQ(parse({"my photos", "-o", "m.onnx", "--resume", "--size=48"}).text,
            "simdb train 'my photos' -o m.onnx --size=48");
  EXPECT_EQ(parse({"it's", "-o", "$x"}).text, "simdb train 'it'\\''s' -o '$x'");
}

TEST(TrainArgsTest, MistakesAreNamed) {
  const auto message = [](const std::vector<std::string_view>& args) {
    const Error error = error_of([&] { parse(args); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return std::string(error.what());
  };
  EXPECT_THAT(message({}), HasSubstr("folder"));
  EXPECT_THAT(message({"pictures"}), HasSubstr("-o FILE.onnx"));
  EXPECT_THAT(message({"a", "--preview", "p", "--log", "l"}), HasSubstr("-o FILE.onnx"));
  EXPECT_THAT(message({"a", "b", "-o", "m"}), HasSubstr("positional"));
  EXPECT_THAT(message({"a", "-o", "m", "--epoch", "3"}), HasSubstr("--epoch"));
  EXPECT_THAT(message({"a", "-o", "m", "--epochs", "x"}), HasSubstr("epochs"));
  EXPECT_THAT(message({"a", "-o", "m", "--epochs", "%value%"}), HasSubstr("a whole number"));
  EXPECT_THAT(message({"a", "-o", "m", "--dim", "17"}), HasSubstr("16"));
  EXPECT_THAT(message({"a", "-o", "m", "--size", "2"}), HasSubstr("--size"));
  EXPECT_THAT(message({"a", "-o", "m", "--color", "red"}), HasSubstr("rgb"));
  EXPECT_THAT(message({"a", "-o", "m", "--resize", "crop"}), HasSubstr("'trim', not 'crop'"));
  EXPECT_THAT(message({"a", "-o", "m", "--augment-strength", "4"}), HasSubstr("between 0 and 3"));
  EXPECT_THAT(message({"a", "-o", "m", "--classes", "x"}), HasSubstr("leaf"));
  EXPECT_THAT(message({"a", "-o", "m", "--augment", "x"}), HasSubstr("affine"));
  EXPECT_THAT(message({"a", "-o", "m", "--loss", "x"}), HasSubstr("nt-xent"));
  EXPECT_THAT(message({"a", "-o", "m", "--loss", "pair", "--scale", "2"}), HasSubstr("--scale"));
}

TEST(TrainArgsTest, HelpFitsAScreen) {
  EXPECT_TRUE(parse({"--help"}).help);
  std::istringstream text(train_help());
  std::string line;
  int lines = 0;
  while (std::getline(text, line)) {
    ++lines;
    EXPECT_LE(line.size(), 100U) << line;
  }
  EXPECT_LE(lines, 66);
  EXPECT_GE(lines, 20);
}

// The table is also what a command line is completed by.
TEST(TrainArgsTest, TakesWhatItsTableNames) {
  int choices = 0;
  for (const TrainOption& option : train_options()) {
    const std::string_view name = option.name;
    const std::string word = "--" + std::string(name.substr(0, name.find(',')));
    EXPECT_THAT(train_help(), HasSubstr(word));
    if (option.value_name == nullptr) continue;
    for (const std::string_view choice : choices_of(option.value_name, option.text)) {
      std::vector<std::string_view> line = {"a", "-o", "m", word, choice};
      if (word == "--mean-std") line.insert(line.end(), {"--backbone", "b"});
      if (word == "--miner") line.insert(line.end(), {"--loss", "triplet"});
      if (choice == "cuda") continue;  // refused where there is none
      EXPECT_NO_THROW(parse(line)) << word << ' ' << choice;
      ++choices;
    }
  }
  EXPECT_GT(choices, 40);
}

}  // namespace
}  // namespace simdb::cli
