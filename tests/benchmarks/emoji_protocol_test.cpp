#include "benchmarks/emoji_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/benchmarks/image_tree.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const std::vector<ClassFolder>& classes) {
  std::vector<std::string> result;
  for (const ClassFolder& entry : classes) result.push_back(entry.name);
  return result;
}

class EmojiProtocolTest : public ::testing::Test {
 protected:
  EmojiProtocolTest() {
    for (const char* name : {"a", "b", "c", "d", "e"}) draw(std::string(name) + "/noto", {9, 0, 0});
  }
  void draw(const std::string& name, std::initializer_list<std::uint8_t> color) const {
    write_solid(folder_ / (name + ".png"), color);
  }

  test::TemporaryFolder folder_;
};

TEST_F(EmojiProtocolTest, TheSeedDecidesTheSplit) {
  const EmojiSplit split = split_emoji(folder_.path(), 3, 1);
  // What shuffle_values makes of five names with seed 1; the same on every platform.
  EXPECT_THAT(names(split.training), ElementsAre("a", "c", "d"));
  EXPECT_THAT(names(split.unseen), ElementsAre("b", "e"));
  EXPECT_NE(names(split_emoji(folder_.path(), 3, 3).unseen), names(split.unseen));
  EXPECT_EQ(test::code_of([&] { split_emoji(folder_.path(), 5, 1); }), ErrorCode::kUsage);
}

TEST_F(EmojiProtocolTest, TrainingClassesAreLinked) {
  const test::TemporaryFolder output;
  const EmojiSplit split = split_emoji(folder_.path(), 3, 1);
  link_classes(split.training, output / "train");
  const auto linked = find_class_folders(output / "train");
  EXPECT_EQ(names(linked), names(split.training));
  EXPECT_EQ(linked[0].images.size(), 1U);
  EXPECT_EQ(test::code_of([&] { link_classes(split.training, output / "train"); }),
            ErrorCode::kBadInput);
}

TEST_F(EmojiProtocolTest, RecallIsMeanOverTheVendors) {
  const test::TemporaryFolder data;
  const auto add = [&](const char* name, std::initializer_list<std::uint8_t> color) {
    write_solid(data / name, color);
  };
  add("a/noto.png", {250, 0, 0});
  add("b/noto.png", {0, 250, 0});
  add("a/one.png", {200, 0, 50});  // right
  add("b/one.png", {0, 200, 50});  // right
  add("a/two.png", {0, 100, 50});  // wrong: green
  const EmojiScore score =
      score_emoji(test::FirstPixelEncoder(), find_class_folders(data.path()), "noto");
  EXPECT_EQ(score.recall_at_1, (std::map<std::string, double>{{"one", 1}, {"two", 0}}));
  EXPECT_DOUBLE_EQ(score.mean, 0.5);
}

TEST_F(EmojiProtocolTest, EveryClassNeedsTheGallerysDrawing) {
  const auto score = [&] {
    score_emoji(test::FirstPixelEncoder(), find_class_folders(folder_.path()), "noto");
  };
  EXPECT_EQ(test::code_of(score), ErrorCode::kBadInput);  // nobody else drew
  draw("a/other", {9, 0, 0});
  score();
  draw("f/other", {9, 0, 0});
  EXPECT_EQ(test::code_of(score), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb::bench
