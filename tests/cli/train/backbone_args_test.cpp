#include "cli/train/backbone_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "cli/train/train_args.h"
#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

using ::testing::HasSubstr;
using Paths = std::vector<std::filesystem::path>;

TrainCommand parse(std::vector<std::string_view> more) {
  std::vector<std::string_view> args = {"pictures", "-o", "m.onnx"};
  args.insert(args.end(), more.begin(), more.end());
  return parse_train_args(args);
}

TEST(BackboneArgsTest, WithoutOneThereIsNothing) {
  const TrainCommand command = parse({});
  EXPECT_FALSE(command.backbone);
  EXPECT_FALSE(command.change(training::TrainOptions()).backbone);
}

TEST(BackboneArgsTest, EveryOptionIsTakenUp) {
  const TrainCommand command =
      parse({"--backbone", "net.onnx", "--backbone-output", "pool", "--head-hidden", "64",
             "--dropout", "0.5", "--views", "4", "--feature-cache", "f", "--mean-std", "half"});
  EXPECT_TRUE(command.choose_size);
  ASSERT_TRUE(command.backbone);
  EXPECT_EQ(command.backbone->files, Paths{"net.onnx"});
  EXPECT_EQ(parse({"--backbone", "a.onnx", "--backbone", "photo"}).backbone->files,
            (Paths{"a.onnx", "photo"}));
  EXPECT_EQ(command.backbone->output, "pool");
  EXPECT_EQ(command.backbone->cache, "f");
  EXPECT_EQ(command.backbone->scale, PixelScale::kHalf);
  const training::TrainOptions options = command.change(training::TrainOptions());
  EXPECT_EQ(options.backbone->hidden, 64);
  EXPECT_EQ(options.backbone->dropout, 0.5);
  EXPECT_EQ(options.backbone->views, 4);
  EXPECT_FALSE(parse({"--size", "28"}).choose_size);
}

TEST(BackboneArgsTest, FromNamesAnEncoderOrScratchOrLeavesItToThePictures) {
  EXPECT_TRUE(parse({}).choose_start);
  EXPECT_TRUE(parse({"--from", "auto"}).choose_start);
  EXPECT_EQ(parse({"--from", "auto", "--backbone", "net.onnx"}).backbone->files, Paths{"net.onnx"});
  EXPECT_FALSE(parse({"--from", "scratch"}).choose_start);
  EXPECT_FALSE(parse({"--from", "scratch", "--network", "wide"}).backbone);
  EXPECT_EQ(parse({"--from", "photo", "--anchor", "3"}).backbone->files, Paths{"photo"});
  EXPECT_EQ(parse({"--from", "photo", "--anchor", "3"}).backbone->head.anchor, 3);
}

TEST(BackboneArgsTest, OptionsThatOnlyANewNetworkHasAreNoticed) {
  EXPECT_EQ(parse({"--epochs", "3", "--dim", "32", "--loss", "circle"}).new_network, "");
  EXPECT_EQ(parse({"--channels", "4,8"}).new_network, "--channels");
  EXPECT_EQ(parse({"--size", "28"}).new_network, "--size");
}

TEST(BackboneArgsTest, MistakesAreNamed) {
  const auto message = [](const std::vector<std::string_view>& args) {
    const Error error = test::error_of([&] { parse(args); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return std::string(error.what());
  };
  EXPECT_THAT(message({"--head-hidden", "4"}), HasSubstr("--backbone FILE.onnx"));
  EXPECT_THAT(message({"--head-hidden", "4", "--from", "scratch"}), HasSubstr("--from photo"));
  EXPECT_THAT(message({"--from", "photo", "--backbone", "n"}), HasSubstr("leave one of them out"));
  EXPECT_THAT(message({"--from", "photo", "--channels", "4,8"}), HasSubstr("--channels"));
  EXPECT_THAT(message({"--backbone", "n", "--network", "wide"}), HasSubstr("--network"));
  EXPECT_THAT(message({"--backbone", "n", "--mean-std", "x"}), HasSubstr("imagenet"));
  EXPECT_THAT(message({"--backbone", "n", "--dropout", "1"}), HasSubstr("--dropout"));
  EXPECT_THAT(message({"--backbone", "n", "--augment", "photo"}), HasSubstr("--views 2"));
  EXPECT_THAT(message({"--backbone", "n", "--views", "0"}), HasSubstr("--views"));
}

}  // namespace
}  // namespace simdb::cli
