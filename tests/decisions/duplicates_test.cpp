#include "simdb/duplicates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> ids_of(const DuplicateGroup& group) {
  std::vector<std::uint64_t> ids;
  for (const DuplicateItem& entry : group.items) ids.push_back(to_number(entry.item.id));
  return ids;
}

class DuplicatesTest : public testing::Test {
 protected:
  // An item at an angle of the circle; files of the same number are the same, 0 is unknown.
  void add(const std::string& class_name, double angle, std::uint8_t file = 0) {
    NewItem item{.info = {.class_name = class_name, .width = 10, .height = 10}, .thumbnail = {}};
    item.info.digest.fill(file);
    gallery_.add(std::span(&item, 1), test::at_degrees({angle}));
  }
  // A flat picture of a grey, as the item's thumbnail.
  void look(std::uint64_t id, std::uint8_t left, std::uint8_t right) {
    looks_[id] = traits_of({2, 1, 1, {left, right}});
  }
  DuplicateOptions with_looks() {
    DuplicateOptions options;
    options.traits = [this](ItemId id) -> std::optional<PictureTraits> {
      const auto found = looks_.find(to_number(id));
      return found == looks_.end() ? std::nullopt : std::optional(found->second);
    };
    return options;
  }

  test::PlainGallery gallery_{16};
  std::map<std::uint64_t, PictureTraits> looks_;
};

TEST_F(DuplicatesTest, AnEmptyGalleryHasNone) {
  const DuplicateReport report = find_duplicates(gallery_, {});
  EXPECT_THAT(report.groups, IsEmpty());
  EXPECT_FALSE(report.vector_threshold);
}

TEST_F(DuplicatesTest, TheSameFileInTwoClassesIsAConflictAndComesFirst) {
  add("a", 0);
  add("a", 20, 1);
  add("a", 40, 2);
  add("b", 60, 1);
  looks_.clear();
  DuplicateOptions options = with_looks();
  look(1, 0, 0), look(2, 0, 99), look(3, 99, 0), look(4, 0, 200);
  // Nearly the picture of item 1, in the same class.
  add("a", 80, 3);
  look(5, 1, 0);
  const DuplicateReport report = find_duplicates(gallery_, options);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_THAT(ids_of(report.groups[0]), ElementsAre(2, 4));
  EXPECT_TRUE(report.groups[0].is_conflict);
  EXPECT_EQ(report.groups[0].sameness, Sameness::kFile);
  EXPECT_THAT(ids_of(report.groups[1]), ElementsAre(1, 5));
  EXPECT_FALSE(report.groups[1].is_conflict);
  EXPECT_EQ(report.groups[1].sameness, Sameness::kNear);
  EXPECT_NEAR(report.groups[1].items[1].similarity, std::cos(80 * M_PI / 180), 1e-6);
  EXPECT_GT(report.groups[1].items[1].look.value(), kSameLook);
  EXPECT_EQ(report.look_threshold, kSameLook);
  EXPECT_FALSE(report.vector_threshold);
}

TEST_F(DuplicatesTest, FilesThatAreNotKnownAreNotTheSame) {
  add("a", 0);
  add("b", 90);
  EXPECT_THAT(find_duplicates(gallery_, {}).groups, IsEmpty());
}

TEST_F(DuplicatesTest, PixelsAreTheSameWhereSizeThumbnailAndVectorAre) {
  add("a", 0, 1);
  add("a", 30, 2);
  gallery_.add(std::vector<NewItem>{{.info = {.class_name = "a", .width = 20, .height = 10},
                                     .thumbnail = {}}},
               test::at_degrees({0}));
  for (std::uint64_t id = 1; id <= 4; ++id) look(id, 5, 50);
  DuplicateOptions options = with_looks();
  options.exact = true;
  // 2 has another vector, 3 another size.
  EXPECT_THAT(find_duplicates(gallery_, options).groups, IsEmpty());
  add("b", 0, 9);
  const auto groups = find_duplicates(gallery_, options).groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(ids_of(groups[0]), ElementsAre(1, 4));
  EXPECT_EQ(groups[0].sameness, Sameness::kPixels);
  options.exact = false;  // all look the same
  EXPECT_THAT(ids_of(find_duplicates(gallery_, options).groups.at(0)), ElementsAre(1, 2, 3, 4));
}

TEST_F(DuplicatesTest, WithoutThumbnailsVectorsDecideByAThresholdFromTheItems) {
  for (int i = 0; i < 20; ++i) add(i % 2 == 0 ? "a" : "b", 10 * i);
  add("a", 0.1);
  const DuplicateReport report = find_duplicates(gallery_, {});
  // Items of a class are 20 degrees apart.
  const double within = 1 - 0.13 * (1 - std::cos(20 * M_PI / 180));
  EXPECT_NEAR(report.vector_threshold.value(), within, 1e-6);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_THAT(ids_of(report.groups[0]), ElementsAre(1, 21));
  EXPECT_FALSE(report.look_threshold);
}

TEST_F(DuplicatesTest, ClassesThatAreCloseTogetherRaiseTheThreshold) {
  for (int i = 0; i < 20; ++i) add(i % 2 == 0 ? "a" : "b", 10 * i + (i % 2 == 0 ? 0 : -9.5));
  const DuplicateReport report = find_duplicates(gallery_, {});
  EXPECT_GT(report.vector_threshold.value(), std::cos(0.5 * M_PI / 180));
  EXPECT_THAT(report.groups, IsEmpty());
}

TEST_F(DuplicatesTest, AGivenThresholdIsTaken) {
  add("a", 0);
  add("a", 10);
  add("a", 20);
  DuplicateOptions options;
  options.threshold = 0.98F;  // 11.5 degrees: over the one in the middle all are near
  const DuplicateReport report = find_duplicates(gallery_, options);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_THAT(ids_of(report.groups[0]), ElementsAre(1, 2, 3));
  options.threshold = 0.99F;
  EXPECT_THAT(find_duplicates(gallery_, options).groups, IsEmpty());
  for (const float wrong : {1.01F, -2.0F, std::nanf("")}) {
    options.threshold = wrong;
    EXPECT_EQ(test::code_of([&] { find_duplicates(gallery_, options); }), ErrorCode::kUsage);
  }
}

TEST_F(DuplicatesTest, AnItemWithoutAThumbnailIsComparedByItsVector) {
  add("a", 0);
  add("a", 0);
  add("b", 90);
  look(1, 0, 99), look(3, 0, 99);
  const DuplicateReport report = find_duplicates(gallery_, with_looks());
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_THAT(ids_of(report.groups[0]), ElementsAre(1, 2, 3));
  EXPECT_FALSE(report.groups[0].items[1].look);
  EXPECT_TRUE(report.vector_threshold);
}

TEST_F(DuplicatesTest, OnlyGroupsOfTheClassesAskedForAreGiven) {
  add("a", 0, 1);
  add("b", 0, 1);
  add("b", 45, 2);
  add("c", 45, 2);
  DuplicateOptions options;
  options.class_names = {"c"};
  const auto groups = find_duplicates(gallery_, options).groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(ids_of(groups[0]), ElementsAre(3, 4));
  options.class_names = {"none"};
  EXPECT_THAT(find_duplicates(gallery_, options).groups, IsEmpty());
}

TEST_F(DuplicatesTest, WhatCheckThrowsIsLetOut) {
  add("a", 0);
  DuplicateOptions options;
  options.check = [] { throw Error(ErrorCode::kBusy, "stop"); };
  EXPECT_EQ(test::code_of([&] { find_duplicates(gallery_, options); }), ErrorCode::kBusy);
}

}  // namespace
}  // namespace simdb
