#include "encoder/training/network_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::code_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NetworkOptionsTest, PresetsAreNamedBack) {
  for (const auto* name : {"small", "article", "conv4", "wide", "residual"}) {
    NetworkOptions network = network_preset(name);
    network.dimension = 64;
    EXPECT_NO_THROW(require_valid(network));
    EXPECT_EQ(to_string(network), name);
  }
  EXPECT_THAT(test::error_of([] { network_preset("vgg"); }).what(), HasSubstr("residual"));
}

TEST(NetworkOptionsTest, OthersAreDescribed) {
  EXPECT_EQ(to_string({.channels = {24, 48}, .residual = true}), "24-48, residual");
  EXPECT_EQ(to_string({.channels = {8}, .batch_norm = false}), "8, no batch norm");
}

TEST(NetworkOptionsTest, ChannelsAreAList) {
  EXPECT_THAT(parse_channels("64"), ElementsAre(64));
  EXPECT_THAT(parse_channels("1,2048,3"), ElementsAre(1, 2048, 3));
  for (const auto* text : {"", ",", "1,", "1,,2", "0", "2049", "-1", "a", "1 2",
                           "1,2,3,4,5,6,7,8,9", "99999999999999999999"}) {
    EXPECT_EQ(code_of([&] { parse_channels(text); }), ErrorCode::kUsage) << text;
  }
}

TEST(NetworkOptionsTest, BoundsAreChecked) {
  EXPECT_EQ(code_of([] { require_valid({.channels = {}}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { require_valid({.channels = {0}}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { require_valid({.dimension = 17}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { require_valid({.dimension = -16}); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
