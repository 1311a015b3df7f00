#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "index/id_locator_internal.h"

namespace simdb {
namespace {

TEST(IdLocatorTest, FindsWhatAMapFinds) {
  std::mt19937_64 random(1);
  IdLocator locator;
  std::map<ItemId, RowLocation> map;
  const auto some_id = [&] {  // dense, on both sides of page borders, and far away
    switch (random() % 3) {
      case 0:
        return ItemId{random() % 20000};
      case 1:
        return ItemId{4096 * (random() % 5) + random() % 2 - 1};
      default:
        return ItemId{std::numeric_limits<std::uint64_t>::max() - random() % 300};
    }
  };
  for (int step = 0; step < 200000; ++step) {
    const ItemId id = some_id();
    if (random() % 2 == 0) {
      const RowLocation location{static_cast<std::uint32_t>(random() % 1000),
                                 static_cast<std::uint32_t>(random() % 500)};
      locator.set(id, location);
      map[id] = location;
    } else {
      locator.erase(id);
      map.erase(id);
    }
    const ItemId other = some_id();
    const auto expected = map.find(other);
    ASSERT_EQ(locator.find(other), expected == map.end() ? RowLocation() : expected->second);
  }
  for (const auto& [id, location] : map) ASSERT_EQ(locator.find(id), location);

  for (const std::size_t count : {0, 1, 127, 128, 129, 5000}) {
    std::set<ItemId> some;
    while (some.size() < count) some.insert(some_id());
    const std::vector<ItemId> ids(some.begin(), some.end());
    std::map<ItemId, RowLocation> expected;
    for (const ItemId id : ids) {
      if (map.contains(id)) expected[id] = map[id];
    }
    std::map<ItemId, RowLocation> found;
    locator.find_each(ids, [&](ItemId id, RowLocation location) {
      EXPECT_TRUE(found.emplace(id, location).second);
    });
    EXPECT_EQ(found, expected) << count << " ids";
  }
}

TEST(IdLocatorTest, TakesAbout8BytesAnIdAndFreesThem) {
  IdLocator locator;
  EXPECT_EQ(locator.memory_bytes(), 0U);
  constexpr std::uint64_t kIds = 100000;
  for (std::uint64_t id = 0; id < kIds; ++id) locator.set(ItemId{id}, {7, 1});
  EXPECT_LT(locator.memory_bytes(), kIds * 8 + 40000);
  const std::size_t full = locator.memory_bytes();
  for (std::uint64_t id = 0; id < kIds; ++id) locator.set(ItemId{id}, {8, 2});
  EXPECT_EQ(locator.memory_bytes(), full) << "setting anew takes nothing";
  for (std::uint64_t id = 0; id < kIds; ++id) {
    locator.erase(ItemId{id});
    locator.erase(ItemId{id});  // erasing twice must not count twice
    if (id == 3 * 4096 + 4094) {
      EXPECT_LT(locator.memory_bytes(), full * 9 / 10);
      EXPECT_EQ(locator.find(ItemId{id + 1}).partition, 8U) << "the page is still in use";
    }
  }
  EXPECT_EQ(locator.memory_bytes(), 0U);
}

}  // namespace
}  // namespace simdb
