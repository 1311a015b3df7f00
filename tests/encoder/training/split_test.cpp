#include "encoder/training/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

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

TEST(SplitOffClassesTest, TakesWholeClasses) {
  std::vector<int> labels;
  for (int i = 0; i < 300; ++i) labels.push_back(i % 60);
  const std::vector<int> parents(labels.size(), 0);
  const Split split = split_off_classes(labels, parents, 0.1, 3);
  EXPECT_EQ(split.train.size() + split.validation.size(), labels.size());
  std::set<int> aside;
  for (const std::size_t row : split.validation) aside.insert(labels[row]);
  EXPECT_EQ(aside.size(), 10U);
  for (const std::size_t row : split.train) EXPECT_FALSE(aside.contains(labels[row]));
  EXPECT_EQ(split_off_classes(labels, parents, 0.1, 3).validation, split.validation);
  EXPECT_NE(split_off_classes(labels, parents, 0.1, 4).validation, split.validation);
}

TEST(SplitOffClassesTest, AtMostAThirdForTheSakeOfTen) {
  for (const int classes : {6, 20, 26, 30, 40}) {
    std::vector<int> labels;
    for (int i = 0; i < 5 * classes; ++i) labels.push_back(i % classes);
    const Split split = split_off_classes(labels, std::vector<int>(labels.size(), 0), 0.1, 3);
    EXPECT_EQ(split.validation.size(), 5U * std::min(10, classes / 3)) << classes;
  }
}

TEST(SplitOffClassesTest, TakesWholeParentsWhereThereAreEnough) {
  std::vector<int> labels;
  std::vector<int> parents;
  for (int i = 0; i < 400; ++i) {
    labels.push_back(i % 100);
    parents.push_back(i % 100 / 10);
  }
  const Split split = split_off_classes(labels, parents, 0.2, 1);
  EXPECT_EQ(split.validation.size(), 80U);
  std::set<int> aside;
  for (const std::size_t row : split.validation) aside.insert(parents[row]);
  EXPECT_EQ(aside.size(), 2U);
}

TEST(SplitOffClassesTest, LeavesTwoClassesAndHasBounds) {
  const std::vector<int> labels = {0, 0, 1, 1, 2, 2, 3, 3};
  const std::vector<int> parents(8, 0);
  EXPECT_EQ(split_off_classes(labels, parents, 0.5, 1).train.size(), 4U);
  EXPECT_EQ(split_off_classes(labels, parents, 0, 1).validation.size(), 0U);
  EXPECT_EQ(test::code_of([&] { split_off_classes(labels, parents, 0.95, 1); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
