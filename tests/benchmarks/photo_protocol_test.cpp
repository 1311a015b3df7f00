#include "benchmarks/photo_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "core/file_io.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using test::code_of;
using ::testing::ElementsAre;

using Classes = std::vector<std::vector<std::size_t>>;

Classes classes_of(std::size_t count, std::size_t images) {
  Classes classes(count, std::vector<std::size_t>(images));
  std::size_t next = 0;
  for (auto& numbers : classes) {
    std::iota(numbers.begin(), numbers.end(), next);
    next += images;
  }
  return classes;
}

TEST(PhotoProtocolTest, DrawsDependOnTheSeedAndNeverAskWhatWasAdded) {
  const Classes classes = classes_of(4, 12);
  const auto draw = [&](std::uint64_t seed) {
    return draw_galleries(classes, {}, {.shots = 3, .queries = 5, .draws = 2, .seed = seed});
  };
  const std::vector<Draw> draws = draw(1);
  ASSERT_EQ(draws.size(), 2U);
  for (const Draw& entry : draws) {
    EXPECT_EQ(entry.gallery.size(), 12U);
    EXPECT_EQ(entry.queries.size(), 20U);
    std::set<std::size_t> all(entry.gallery.begin(), entry.gallery.end());
    all.insert(entry.queries.begin(), entry.queries.end());
    EXPECT_EQ(all.size(), 32U);
    std::map<std::size_t, int> added;
    for (const std::size_t image : entry.gallery) ++added[image / 12];
    EXPECT_THAT(added,
                ElementsAre(std::pair(0, 3), std::pair(1, 3), std::pair(2, 3), std::pair(3, 3)));
  }
  EXPECT_NE(draws[0].gallery, draws[1].gallery);
  EXPECT_EQ(draws[1].gallery, draw(1)[1].gallery);
  EXPECT_NE(draws[0].gallery, draw(2)[0].gallery);
}

TEST(PhotoProtocolTest, ViewsAreTheFirstOrSpread) {
  const Classes classes = classes_of(2, 12);
  const auto first =
      draw_galleries(classes, {}, {.shots = 3, .draws = 1, .pick = ViewPick::kFirst});
  EXPECT_THAT(first[0].gallery, ElementsAre(0, 1, 2, 12, 13, 14));
  EXPECT_EQ(first[0].queries.size(), 18U);
  const auto spread =
      draw_galleries(classes, {}, {.shots = 3, .draws = 2, .pick = ViewPick::kSpread});
  EXPECT_THAT(spread[0].gallery, ElementsAre(0, 4, 8, 12, 16, 20));
  EXPECT_EQ((spread[1].gallery[1] + 12 - spread[1].gallery[0]) % 12, 4U);
}

TEST(PhotoProtocolTest, EpisodesTakeSomeClassesOfOneParent) {
  const Classes classes = classes_of(7, 4);
  const std::vector<int> parents = {0, 0, 0, 1, 1, 1, 2};
  std::set<std::size_t> seen;
  for (const Draw& draw : draw_galleries(
           classes, parents, {.shots = 1, .queries = 1, .ways = 2, .draws = 50, .seed = 1})) {
    ASSERT_EQ(draw.gallery.size(), 2U);
    EXPECT_EQ(parents[draw.gallery[0] / 4], parents[draw.gallery[1] / 4]);
    seen.insert(draw.gallery[0] / 4);
  }
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(PhotoProtocolTest, TooFewClassesOrImagesAreRefused) {
  EXPECT_EQ(code_of([] { draw_galleries(classes_of(3, 5), {}, {.shots = 5}); }),
            ErrorCode::kBadInput);
  EXPECT_EQ(code_of([] { draw_galleries(classes_of(3, 9), {}, {.ways = 4}); }),
            ErrorCode::kBadInput);
  EXPECT_EQ(code_of([] { draw_galleries(classes_of(3, 9), {}, {.shots = 0}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { parse_view_pick("last"); }), ErrorCode::kUsage);
}

// Class 0 has two looks far apart, so its mean lies nearer to the query of class 1 than one item
// of class 1 that is far from the rest.
TEST(PhotoProtocolTest, NearestItemAndClassMeanAreScoredApart) {
  EmbeddingBatch rows(3);
  const auto add = [&](double degrees) {
    const double angle = degrees * 3.14159265358979 / 180;
    rows.append_normalized(std::vector<float>{static_cast<float>(std::cos(angle)),
                                              static_cast<float>(std::sin(angle)), 0});
  };
  for (const double degrees : {0.0, 80.0, 50.0, 54.0, 2.0, 42.0}) add(degrees);
  const std::vector<int> labels = {0, 0, 1, 1, 0, 1};
  const DrawScore score = score_draw(rows, labels, {{0, 1, 2, 3}, {4, 5}}, 10);
  EXPECT_EQ(score.nearest_item, 1);
  EXPECT_EQ(score.class_mean, 0.5);  // 42 degrees are 2 from the mean of class 0, 10 from that of 1
  EXPECT_EQ(score.vote, 1);
}

TEST(PhotoProtocolTest, ClassesAreChosenByPlaceOrName) {
  const auto names = [](const std::vector<ClassFolder>& classes) {
    std::vector<std::string> result;
    for (const ClassFolder& entry : classes) result.push_back(entry.name);
    return result;
  };
  const std::vector<ClassFolder> classes = {
      {"a", "", {}, {}}, {"b", "", {}, {}}, {"c d", "", {}, {}}};
  EXPECT_THAT(names(choose_classes(classes, "all")), ElementsAre("a", "b", "c d"));
  EXPECT_THAT(names(choose_classes(classes, "every-second")), ElementsAre("b"));
  const test::TemporaryFolder folder;
  const std::string file = (folder / "names").string();
  write_file_atomic(file, std::string_view("c d\na\n"));
  EXPECT_THAT(names(choose_classes(classes, file)), ElementsAre("a", "c d"));
  write_file_atomic(file, std::string_view("x\n"));
  EXPECT_EQ(code_of([&] { choose_classes(classes, file); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { choose_classes(classes, file + "2"); }), ErrorCode::kNotFound);
}

TEST(PhotoProtocolTest, NumbersInNamesCountAsNumbers) {
  EXPECT_TRUE(natural_less("view2.png", "view10.png"));
  EXPECT_FALSE(natural_less("view10.png", "view2.png"));
  EXPECT_TRUE(natural_less("view02", "view3"));
  EXPECT_TRUE(natural_less("a", "b1"));
  EXPECT_TRUE(natural_less("a", "a1"));
  EXPECT_FALSE(natural_less("a", "a"));
}

}  // namespace
}  // namespace simdb::bench
