#include "simdb/review.h"

#include <gmock/gmock.h>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> ids_of(const LabelReview& review) {
  std::vector<std::uint64_t> ids;
  for (const DoubtfulItem& entry : review.items) ids.push_back(to_number(entry.item.id));
  return ids;
}

class ReviewTest : public testing::Test {
 protected:
  ItemId add(const std::string& class_name, double angle, std::uint8_t file = 0) {
    NewItem item{.info = {.class_name = class_name}, .thumbnail = {}};
    item.info.digest.fill(file);
    return gallery_.add(std::span(&item, 1), test::at_degrees({angle})).front().id;
  }
  // Two classes a right angle apart, five items each: ids 1 to 10, a and b in turn.
  void add_two_classes() {
    for (int i = 0; i < 5; ++i) {
      add("a", i);
      add("b", 90 + i);
    }
  }

  test::PlainGallery gallery_{16};
};

TEST_F(ReviewTest, NothingIsInDoubtInAnEmptyGalleryOrInOneClass) {
  EXPECT_THAT(review_labels(gallery_).items, IsEmpty());
  for (int i = 0; i < 5; ++i) add("a", 10 * i);
  const LabelReview review = review_labels(gallery_);
  EXPECT_THAT(review.items, IsEmpty());
  EXPECT_EQ(review.judged, 5U);
}

TEST_F(ReviewTest, ItemsAmongAnotherClassAreListedTheWorstFirst) {
  add_two_classes();
  EXPECT_THAT(review_labels(gallery_, {.k = 6}).items, IsEmpty());
  add("b", 25);  // 11: 21 degrees from a, 65 from b
  add("a", 92);  // 12
  const LabelReview review = review_labels(gallery_, {.k = 6});
  EXPECT_THAT(ids_of(review), ElementsAre(12, 11));
  EXPECT_EQ(review.judged, 12U);
  const DoubtfulItem& worst = review.items[0];
  EXPECT_EQ(worst.other_class, "b");
  EXPECT_EQ(worst.own_share, 0);
  EXPECT_EQ(worst.other_share, 1);
  EXPECT_TRUE(worst.is_confident);
  ASSERT_EQ(worst.neighbors.size(), 6U);
  for (const LabeledNeighbor& hit : worst.neighbors) {
    EXPECT_NE(hit.id, worst.item.id);
    EXPECT_EQ(hit.class_name, "b");
  }
}

TEST_F(ReviewTest, TheItemItselfHasNoSayInItsClass) {
  // Of the vote for item 1 each class has one item at the same distance; the own class has three
  // others, without the item itself, the other one two.
  add("a", 0);
  add("a", 10);
  add("a", 150), add("a", 160);
  add("b", -10);
  add("b", -150), add("b", -160);
  const LabelReview review = review_labels(gallery_, {.k = 2});
  const auto found = std::ranges::find(review.items, ItemId{1},
                                       [](const DoubtfulItem& entry) { return entry.item.id; });
  // 1 / 3 of each: a tie is no contradiction. With itself, a would have 1 / 4.
  EXPECT_EQ(found, review.items.end());
}

TEST_F(ReviewTest, ADoubtIsSureWhereTheOtherClassIsAsSureOfItsOwn) {
  add_two_classes();
  add("a", 40);  // 11: 12 is near it, its class not as far as that of 12
  add("b", 44);  // 12
  const LabelReview review = review_labels(gallery_, {.k = 12});
  ASSERT_THAT(ids_of(review), ElementsAre(12, 11));
  EXPECT_TRUE(review.items[0].is_confident);
  EXPECT_FALSE(review.items[1].is_confident);
  EXPECT_GT(review.items[1].other_share, 0.6);
}

TEST_F(ReviewTest, ASmallClassNearByBringsNoDoubtOnALargeOne) {
  for (int i = 0; i < 40; ++i) add("large", 0.1 * i);
  for (int i = 0; i < 3; ++i) add("small", 2 + 0.01 * i);
  for (const DoubtfulItem& entry : review_labels(gallery_, {.k = 20}).items) {
    EXPECT_EQ(entry.item.info.class_name, "small");
  }
}

TEST_F(ReviewTest, TheSameFileInTwoClassesIsCertainAndComesFirst) {
  add_two_classes();
  add("a", 93);        // 11
  add("a", 2, 7);      // 12
  add("small", 2, 7);  // 13
  const LabelReview review = review_labels(gallery_, {.k = 4});
  EXPECT_THAT(ids_of(review), ElementsAre(13, 12, 11));
  EXPECT_THAT(review.items[0].same_file, ElementsAre(ItemId{12}));
  EXPECT_THAT(review.items[1].same_file, ElementsAre(ItemId{13}));
  EXPECT_EQ(review.items[0].other_class, "");  // its class is too small to be judged
  EXPECT_THAT(review.small_classes, ElementsAre(ClassCount{"small", 1}));
  EXPECT_EQ(review.judged, 12U);
}

TEST_F(ReviewTest, WhatIsKeptIsNotListedUntilItMoves) {
  add_two_classes();
  const ItemId odd = add("a", 92);
  EXPECT_EQ(keep_labels(gallery_, std::vector{odd, ItemId{1}, ItemId{2}, ItemId{99}}), 3U);
  EXPECT_EQ(gallery_.get(ItemId{2})->info.metadata.find(kKeptField)->second, MetadataValue("b"));
  LabelReview review = review_labels(gallery_, {.k = 4});
  EXPECT_THAT(review.items, IsEmpty());
  EXPECT_EQ(review.kept, 1U);  // only of those in doubt
  for (int i = 0; i < 3; ++i) add("c", 180 + i);
  gallery_.update(std::vector{odd}, {.class_name = "c"});
  review = review_labels(gallery_, {.k = 4});
  EXPECT_THAT(ids_of(review), ElementsAre(to_number(odd)));
  EXPECT_EQ(review.kept, 0U);
}

TEST_F(ReviewTest, OnlyItemsOfTheClassesAskedForAreListed) {
  add_two_classes();
  add("a", 92);
  add("b", 1);
  EXPECT_THAT(ids_of(review_labels(gallery_, {.k = 4, .class_names = {"b"}})), ElementsAre(12));
}

TEST_F(ReviewTest, WrongInputIsRefusedAndACheckMayStopIt) {
  add_two_classes();
  EXPECT_EQ(test::code_of([&] { review_labels(gallery_, {.k = 0}); }), ErrorCode::kUsage);
  ReviewOptions options;
  options.check = [] { throw Error(ErrorCode::kBusy, "stop"); };
  EXPECT_EQ(test::code_of([&] { review_labels(gallery_, options); }), ErrorCode::kBusy);
}

}  // namespace
}  // namespace simdb
