#include "decisions/encoder_change.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

// Items of two classes, far apart, each with as many items.
TwoGenerations two_classes(std::size_t each) {
  TwoGenerations items{EmbeddingBatch(16), EmbeddingBatch(16), {}, {"left", "right"}};
  for (std::size_t i = 0; i < 2 * each; ++i) {
    const double step = static_cast<double>(i % each);
    const EmbeddingBatch row = test::at_degrees({(i < each ? 0.0 : 90.0) + step / 7.0});
    items.before.append(row);
    items.after.append(row);
    items.labels.push_back(i < each ? 0 : 1);
  }
  return items;
}

// The same, with row `row` of `after` in the middle of the other class.
void misplace(TwoGenerations& items, std::size_t row, double degrees) {
  EmbeddingBatch after(16);
  for (std::size_t i = 0; i < items.labels.size(); ++i) {
    if (i == row) {
      after.append(test::at_degrees({degrees}));
    } else {
      after.append_unit(items.after.row(i));
    }
  }
  items.after = after;
}

TEST(EncoderChangeTest, TheSameEmbeddingsChangeNothing) {
  const EncoderChange change = compare_encoders(two_classes(20));
  EXPECT_EQ(change.asked, 40U);
  EXPECT_EQ(change.same_vote, 40U);
  EXPECT_DOUBLE_EQ(change.jaccard, 1);
  EXPECT_EQ(change.judged, 40U);
  EXPECT_EQ(change.right_before, 40U);
  EXPECT_EQ(change.right_after, 40U);
  EXPECT_EQ(change.p_value, 1);
  EXPECT_TRUE(change.lost.empty());
}

TEST(EncoderChangeTest, ItemsThatMoveAwayAreCounted) {
  TwoGenerations items = two_classes(20);
  misplace(items, 3, 91);
  misplace(items, 5, 92);
  const EncoderChange change = compare_encoders(items);
  EXPECT_EQ(change.same_vote, 38U);
  EXPECT_LT(change.jaccard, 1);
  EXPECT_EQ(change.right_after, 38U);
  EXPECT_EQ(change.only_before, 2U);
  EXPECT_EQ(change.only_after, 0U);
  EXPECT_DOUBLE_EQ(change.p_value, 0.5);  // both of two coins
  ASSERT_EQ(change.lost.size(), 1U);
  EXPECT_EQ(change.lost[0].class_name, "left");
  EXPECT_EQ(change.lost[0].asked, 20U);
  EXPECT_EQ(change.lost[0].right_before, 20U);
  EXPECT_EQ(change.lost[0].right_after, 18U);
  std::swap(items.before, items.after);
  const EncoderChange back = compare_encoders(items);
  EXPECT_EQ(back.only_after, 2U);
  EXPECT_DOUBLE_EQ(back.p_value, 0.5);
  EXPECT_TRUE(back.lost.empty());
}

TEST(EncoderChangeTest, TheExactTestOfManyMoves) {
  TwoGenerations items = two_classes(40);
  for (std::size_t row = 0; row < 9; ++row) misplace(items, row, 90.0 + static_cast<double>(row));
  const EncoderChange change = compare_encoders(items);
  ASSERT_EQ(change.only_before, 9U);
  EXPECT_NEAR(change.p_value, 2 * std::pow(0.5, 9), 1e-12);
}

TEST(EncoderChangeTest, JaccardCountsCommonNeighbours) {
  // Twelve items, of which the one in question sees all but one each time: ten of eleven.
  TwoGenerations items{EmbeddingBatch(16), EmbeddingBatch(16), {}, {"any"}};
  for (int i = 0; i < 12; ++i) {
    items.before.append(test::at_degrees({i == 0 ? 0.0 : 10.0 + i}));
    items.after.append(test::at_degrees({i == 0 ? 0.0 : 40.0 - i}));
    items.labels.push_back(0);
  }
  const auto only_first = compare_encoders(items, {}, {}, 12);
  EXPECT_EQ(only_first.asked, 12U);
  // Row 0 lacks row 11, then row 1: 9 in common of 11. Every other row lacks one of the ends too.
  EXPECT_LT(only_first.jaccard, 1);
  EXPECT_GE(only_first.jaccard, 9.0 / 11);
}

TEST(EncoderChangeTest, ClassesOfOneItemAreComparedButNotJudged) {
  TwoGenerations items{EmbeddingBatch(16), EmbeddingBatch(16), {}, {"a", "b", "c"}};
  for (const double degrees : {0.0, 10.0, 30.0}) items.before.append(test::at_degrees({degrees}));
  for (const double degrees : {0.0, 25.0, 30.0}) items.after.append(test::at_degrees({degrees}));
  items.labels = {0, 1, 2};
  const EncoderChange change = compare_encoders(items, {.k = 1}, {.k = 1});
  EXPECT_EQ(change.asked, 3U);
  EXPECT_EQ(change.judged, 0U);
  EXPECT_EQ(change.same_vote, 2U);  // b is nearest to a, then to c
  EXPECT_EQ(change.jaccard, 1);     // all others are the ten nearest
}

TEST(EncoderChangeTest, FewItemsAreDrawnTheSameEachTime) {
  TwoGenerations items = two_classes(50);
  misplace(items, 7, 91);
  const EncoderChange some = compare_encoders(items, {}, {}, 30);
  EXPECT_EQ(some.asked, 30U);
  EXPECT_EQ(some.same_vote, compare_encoders(items, {}, {}, 30).same_vote);
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}}) {
    TwoGenerations few{EmbeddingBatch(16), EmbeddingBatch(16), {}, {"a"}};
    few.before.append(test::random_embeddings(rows, 16, 1));
    few.after.append(test::random_embeddings(rows, 16, 2));
    few.labels.assign(rows, 0);
    EXPECT_EQ(compare_encoders(few).asked, rows);
  }
  items.labels.pop_back();
  EXPECT_EQ(test::code_of([&] { compare_encoders(items); }), ErrorCode::kUsage);
}

TEST(EncoderChangeTest, DimensionsMayDiffer) {
  TwoGenerations items = two_classes(20);
  items.after = test::random_embeddings(40, 5, 1);
  const EncoderChange change = compare_encoders(items);
  EXPECT_EQ(change.right_before, 40U);
  EXPECT_LT(change.right_after, 40U);
  EXPECT_LT(change.jaccard, 0.6);
}

}  // namespace
}  // namespace simdb
