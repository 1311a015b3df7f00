#include "encoder/training/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::code_of;

std::vector<int> labels_of(std::vector<int> counts) {
  std::vector<int> labels;
  for (std::size_t c = 0; c < counts.size(); ++c) labels.insert(labels.end(), counts[c], c);
  return labels;
}

std::size_t count(const std::vector<std::size_t>& rows, const std::vector<int>& labels, int label) {
  return std::count_if(rows.begin(), rows.end(), [&](std::size_t r) { return labels[r] == label; });
}

TEST(SplitTest, TakesTheShareOfEveryClassAndLosesNoImage) {
  const auto labels = labels_of({20, 10, 5});
  const Split split = split_by_class(labels, 0.2, 7);
  EXPECT_EQ(count(split.validation, labels, 0), 4U);
  EXPECT_EQ(count(split.validation, labels, 1), 2U);
  EXPECT_EQ(count(split.validation, labels, 2), 1U);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));

  std::vector<std::size_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), labels.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i);
}

TEST(SplitTest, SmallClassesKeepTwoImagesForTraining) {
  const auto labels = labels_of({2, 3, 4});
  const Split split = split_by_class(labels, 0.9, 7);
  EXPECT_EQ(count(split.validation, labels, 0), 0U);
  EXPECT_EQ(count(split.validation, labels, 1), 1U);
  EXPECT_EQ(count(split.validation, labels, 2), 2U);
}

TEST(SplitTest, AtLeastOneOfThreeAndNoneForShareZero) {
  const auto labels = labels_of({3, 3});
  EXPECT_EQ(split_by_class(labels, 0.01, 7).validation.size(), 2U);
  EXPECT_TRUE(split_by_class(labels, 0, 7).validation.empty());
}

TEST(SplitTest, TheSeedDecides) {
  const auto labels = labels_of({50, 50});
  EXPECT_EQ(split_by_class(labels, 0.5, 1).train, split_by_class(labels, 0.5, 1).train);
  EXPECT_NE(split_by_class(labels, 0.5, 1).train, split_by_class(labels, 0.5, 2).train);
}

TEST(SplitTest, RefusesOtherShares) {
  for (const double share : {-0.1, 0.91, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(code_of([&] { split_by_class(labels_of({3}), share, 1); }), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace simdb::training
