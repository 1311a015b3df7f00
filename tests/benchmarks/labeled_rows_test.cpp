#include "benchmarks/labeled_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/benchmarks/image_tree.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using test::code_of;
using ::testing::ElementsAre;

class LabeledRowsTest : public ::testing::Test {
 protected:
  LabeledRows encode(const ClassLimits& limits = {}, std::uint64_t seed = 1) const {
    return encode_tree(encoder_, folder_.path(), ClassLevel::kAuto, limits, seed);
  }

  test::TemporaryFolder folder_;
  test::FirstPixelEncoder encoder_;
};

TEST_F(LabeledRowsTest, NestedTreesGiveRowsLabelsAndParents) {
  write_solid(folder_ / "y/a/1.png", {0, 0, 9});
  write_solid(folder_ / "x/b/1.png", {9, 0, 0});
  write_solid(folder_ / "x/b/2.png", {9, 0, 0});
  write_solid(folder_ / "x/a/1.png", {0, 9, 0});
  const LabeledRows tree = encode();
  EXPECT_THAT(tree.classes, ElementsAre("x/a", "x/b", "y/a"));
  EXPECT_THAT(tree.parents, ElementsAre(0, 0, 1));
  EXPECT_THAT(tree.labels, ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(tree.rows.row(0)[1], 1);
  EXPECT_EQ(tree.rows.row(2)[0], 1);
  EXPECT_EQ(tree.rows.row(3)[2], 1);
}

TEST_F(LabeledRowsTest, LimitsDrawBySeed) {
  for (std::uint8_t i = 1; i <= 20; ++i) {
    write_solid(folder_ / ("a/" + std::to_string(i) + ".png"), {i, 9, 0});
    write_solid(folder_ / ("b/" + std::to_string(i) + ".png"), {i, 0, 9});
  }
  const LabeledRows drawn = encode({{"b", 5}}, 3);
  EXPECT_EQ(std::count(drawn.labels.begin(), drawn.labels.end(), 0), 20);
  EXPECT_EQ(std::count(drawn.labels.begin(), drawn.labels.end(), 1), 5);
  const auto rows = [](const LabeledRows& tree) {
    return std::vector(tree.rows.values().begin(), tree.rows.values().end());
  };
  EXPECT_EQ(rows(drawn), rows(encode({{"b", 5}}, 3)));
  EXPECT_NE(rows(drawn), rows(encode({{"b", 5}}, 4)));
  EXPECT_EQ(encode({{"b", 500}}).labels.size(), 40U);
  EXPECT_EQ(code_of([&] { encode({{"c", 5}}); }), ErrorCode::kBadInput);
}

TEST_F(LabeledRowsTest, OneBadImageIsAnError) {
  EXPECT_EQ(code_of([&] { encode(); }), ErrorCode::kBadInput);  // no images
  write_solid(folder_ / "a/1.png", {9, 0, 0});
  write_file_atomic(folder_ / "a/2.png", std::string_view("no picture"));
  EXPECT_EQ(code_of([&] { encode(); }), ErrorCode::kBadInput);
}

TEST_F(LabeledRowsTest, LabelsOfTwoTreesAreMatchedByName) {
  LabeledRows rows(16);
  rows.classes = {"a", "c", "d"};
  rows.labels = {0, 0, 1, 2};
  EXPECT_THAT(labels_in(rows, {"b", "c"}), ElementsAre(2, 2, 1, 3));
}

TEST(ParseLimitTest, IsAClassAndANumber) {
  EXPECT_EQ(parse_limit("7=5"), std::pair(std::string("7"), std::size_t{5}));
  EXPECT_EQ(parse_limit("a=b=12"), std::pair(std::string("a=b"), std::size_t{12}));
  for (const char* wrong : {"", "7", "=5", "7=", "7=x", "7=5x", "7=0", "7=-1"}) {
    EXPECT_EQ(code_of([&] { parse_limit(wrong); }), ErrorCode::kUsage) << wrong;
  }
}

}  // namespace
}  // namespace simdb::bench
