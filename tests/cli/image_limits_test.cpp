#include "cli/image_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

TEST(ImageLimitsTest, EachNameChangesItsLimit) {
  const std::vector<std::string> changes = {"megapixels=0.5", "side=100",     "file-mb=2",
                                            "memory-mb=1000", "seconds=0.25", "scans=7"};
  const ImageLimits limits = parse_image_limits(changes);
  EXPECT_EQ(limits.max_pixels, 1U << 19);
  EXPECT_EQ(limits.max_side, 100U);
  EXPECT_EQ(limits.max_file_bytes, 2U << 20);
  EXPECT_EQ(limits.max_memory_bytes, 1000U << 20);
  EXPECT_EQ(limits.max_seconds, 0.25);
  EXPECT_EQ(limits.max_scans, 7U);
}

TEST(ImageLimitsTest, WithoutChangesTheLibrarysHold) {
  const ImageLimits limits = parse_image_limits({});
  EXPECT_EQ(limits.max_pixels, ImageLimits().max_pixels);
  EXPECT_EQ(limits.max_memory_bytes, ImageLimits().max_memory_bytes);
}

TEST(ImageLimitsTest, TheHelpTellsTheDefaults) {
  const std::string help = kImageLimitHelp;
  const auto expect = [&](const std::string& text) {
    EXPECT_NE(help.find(text), std::string::npos) << text;
  };
  const ImageLimits limits;
  expect("megapixels=" + std::to_string(limits.max_pixels >> 20));
  expect("side=" + std::to_string(limits.max_side));
  expect("file-mb=" + std::to_string(limits.max_file_bytes >> 20));
  expect("memory-mb=" + std::to_string(limits.max_memory_bytes >> 20));
  expect("seconds=" + std::to_string(limits.max_seconds).substr(0, 3));
  expect("scans=" + std::to_string(limits.max_scans));
}

TEST(ImageLimitsTest, RefusesOtherWords) {
  for (const std::string change :
       {"", "side", "side=", "=5", "side=0", "side=-1", "side=0.5", "scans=0.9", "file-mb=1e-9",
        "side=1x", "seconds=nan", "seconds=inf", "megapixels=1e30", "pixels=5"}) {
    const Error error = test::error_of([&] { parse_image_limits(std::span(&change, 1)); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage) << change;
    EXPECT_THAT(error.what(), testing::HasSubstr("'" + change + "'"));
  }
}

}  // namespace
}  // namespace simdb::cli
