#include "simdb/id_filter.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "tests/support/errors.h"

namespace simdb {
namespace {

std::vector<ItemId> ids_of(const std::set<std::uint64_t>& numbers) {
  std::vector<ItemId> ids;
  for (const std::uint64_t number : numbers) ids.push_back(ItemId{number});
  return ids;
}

TEST(IdFilterTest, AllLetsEverythingPass) {
  const IdFilter all;
  EXPECT_TRUE(all.all());
  EXPECT_TRUE(all.contains(ItemId{7}));
}

TEST(IdFilterTest, NoIdsLetNothingPass) {
  const IdFilter none = std::vector<ItemId>();
  EXPECT_FALSE(none.all());
  EXPECT_FALSE(none.contains(ItemId{7}));
}

TEST(IdFilterTest, KnowsItsIdsDenseOrFarApart) {
  std::mt19937_64 random(1);
  for (const std::uint64_t range : {50, 1000, 100000000}) {
    std::set<std::uint64_t> numbers;
    while (numbers.size() < 40) numbers.insert(1000 + random() % range);
    const IdFilter filter = ids_of(numbers);
    ASSERT_EQ(filter.ids().size(), numbers.size());
    for (std::uint64_t number = 900; number < 2200; ++number) {
      ASSERT_EQ(filter.contains(ItemId{number}), numbers.contains(number)) << number;
    }
    for (const std::uint64_t number : numbers) ASSERT_TRUE(filter.contains(ItemId{number}));
    EXPECT_FALSE(filter.contains(ItemId{0}));
    EXPECT_FALSE(filter.contains(ItemId{std::numeric_limits<std::uint64_t>::max()}));
  }
}

TEST(IdFilterTest, RefusesIdsThatDoNotAscend) {
  const std::vector<ItemId> descending{ItemId{2}, ItemId{1}};
  const std::vector<ItemId> twice{ItemId{2}, ItemId{2}};
  EXPECT_EQ(test::code_of([&] { const IdFilter refused(descending); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { const IdFilter refused(twice); }), ErrorCode::kUsage);
}

TEST(IdFilterTest, CopiesShareWhatAnIndexLeaves) {
  const IdFilter filter = ids_of({1, 2});
  const IdFilter copy = filter;
  EXPECT_EQ(copy.note(), nullptr);
  const auto note = std::make_shared<const FilterNote>();
  filter.leave(note);
  EXPECT_EQ(copy.note(), note);
  const IdFilter all;
  all.leave(note);
  EXPECT_EQ(all.note(), nullptr);
}

TEST(IdFilterTest, IntersectsWithAnother) {
  const IdFilter a = ids_of({1, 2, 3, 9});
  const IdFilter b = ids_of({2, 4, 9});
  EXPECT_EQ(intersection(a, b).ids().size(), 2U);
  EXPECT_TRUE(intersection(a, b).contains(ItemId{9}));
  EXPECT_EQ(intersection(a, {}).ids().size(), 4U);
  EXPECT_EQ(intersection({}, b).ids().size(), 3U);
  EXPECT_TRUE(intersection({}, {}).all());
}

}  // namespace
}  // namespace simdb
