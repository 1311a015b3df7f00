#include "cli/train/backbone_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "cli/train/train_args.h"
#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

using ::testing::HasSubstr;

TrainCommand parse(std::vector<std::string_view> more) {
  std::vector<std::string_view> args = {"pictures", "-o", "m.onnx"};
  args.insert(args.end(), more.begin(), more.end());
  return parse_train_args(args);
}

TEST(BackboneArgsTest, WithoutOneThereIsNothing) {
  const TrainCommand command = parse({});
  EXPECT_FALSE(command.backbone);
  EXPECT_FALSE(command.change({}).backbone);
}

TEST(BackboneArgsTest, EveryOptionIsTakenUp) {
  const TrainCommand command =
      parse({"--backbone", "net.onnx", "--backbone-output", "pool", "--head-hidden", "64",
             "--dropout", "0.5", "--views", "4", "--feature-cache", "f", "--mean-std", "half"});
  EXPECT_TRUE(command.choose_size);
  ASSERT_TRUE(command.backbone);
  EXPECT_EQ(command.backbone->file, "net.onnx");
  EXPECT_EQ(command.backbone->output, "pool");
  EXPECT_EQ(command.backbone->cache, "f");
  EXPECT_EQ(command.backbone->scale, PixelScale::kHalf);
  const training::TrainOptions options = command.change({});
  EXPECT_EQ(options.backbone->hidden, 64);
  EXPECT_EQ(options.backbone->dropout, 0.5);
  EXPECT_EQ(options.backbone->views, 4);
  EXPECT_FALSE(parse({"--size", "28"}).choose_size);
}

TEST(BackboneArgsTest, MistakesAreNamed) {
  const auto message = [](const std::vector<std::string_view>& args) {
    const Error error = test::error_of([&] { parse(args); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return std::string(error.what());
  };
  EXPECT_THAT(message({"--head-hidden", "4"}), HasSubstr("--backbone FILE.onnx"));
  EXPECT_THAT(message({"--backbone", "n", "--network", "wide"}), HasSubstr("--network"));
  EXPECT_THAT(message({"--backbone", "n", "--mean-std", "x"}), HasSubstr("imagenet"));
  EXPECT_THAT(message({"--backbone", "n", "--dropout", "1"}), HasSubstr("--dropout"));
  EXPECT_THAT(message({"--backbone", "n", "--augment", "photo"}), HasSubstr("--views 2"));
  EXPECT_THAT(message({"--backbone", "n", "--views", "0"}), HasSubstr("--views"));
}

}  // namespace
}  // namespace simdb::cli
