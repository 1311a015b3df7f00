#include "cli/report/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace simdb::cli {
namespace {

using Indices = std::vector<std::size_t>;

// sizes[c] images of class c, in turn: 0, 1, 2, 0, 1, 2, ...
Indices interleaved(Indices sizes) {
  Indices labels;
  while (std::any_of(sizes.begin(), sizes.end(), [](std::size_t left) { return left > 0; })) {
    for (std::size_t c = 0; c < sizes.size(); ++c) {
      if (sizes[c] == 0) continue;
      --sizes[c];
      labels.push_back(c);
    }
  }
  return labels;
}

Indices count_by_class(const Indices& chosen, const Indices& labels, std::size_t classes) {
  Indices counts(classes);
  for (const std::size_t index : chosen) ++counts[labels[index]];
  return counts;
}

bool is_ordered(const Indices& chosen, const Indices& labels) {
  return std::is_sorted(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(labels[a], a) < std::pair(labels[b], b);
  });
}

TEST(Sampling, ProportionalTakesAllWhereTheyFit) {
  const Indices labels = {1, 0, 1, 2};
  EXPECT_EQ(proportional_sample(labels, 4), (Indices{1, 0, 2, 3}));
  EXPECT_TRUE(proportional_sample({}, 4).empty());
}

TEST(Sampling, ProportionalKeepsTheSharesOfTheClasses) {
  const Indices labels = interleaved({1000, 3000, 6000});
  const Indices chosen = proportional_sample(labels, 100);
  EXPECT_EQ(count_by_class(chosen, labels, 3), (Indices{10, 30, 60}));
  EXPECT_TRUE(is_ordered(chosen, labels));
  EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), 100U);
}

TEST(Sampling, BalancedGivesSmallClassesTheirFill) {
  const Indices labels = interleaved({2, 500, 0, 500});
  const Indices chosen = balanced_sample(labels, 4, 60);
  EXPECT_EQ(count_by_class(chosen, labels, 4), (Indices{2, 29, 0, 29}));
  EXPECT_TRUE(is_ordered(chosen, labels));
  EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), 60U);
}

TEST(Sampling, BalancedTakesAllWhereTheyFit) {
  EXPECT_EQ(balanced_sample(Indices{1, 0, 1}, 2, 60), (Indices{1, 0, 2}));
  EXPECT_TRUE(balanced_sample({}, 3, 60).empty());
}

TEST(Sampling, BalancedShowsSeveralImagesOfSomeOfManyClasses) {
  const Indices labels = interleaved(Indices(200, 10));
  const Indices counts = count_by_class(balanced_sample(labels, 200, 60), labels, 200);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 3U), 20);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 0U), 180);
  EXPECT_EQ(counts[0], 3U);
  EXPECT_EQ(counts[190], 3U);
}

// Images often come in an order that repeats: circle, square, triangle. All of them must be seen.
TEST(Sampling, DoesNotFallInWithAnOrderThatRepeats) {
  const Indices labels(120, 0);
  for (const Indices& chosen : {balanced_sample(labels, 1, 20), proportional_sample(labels, 20)}) {
    Indices kinds(3);
    for (const std::size_t index : chosen) ++kinds[index % 3];
    EXPECT_GE(*std::min_element(kinds.begin(), kinds.end()), 3U);
  }
}

}  // namespace
}  // namespace simdb::cli
