#include "simdb/grouped_items.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::code_of;

constexpr std::uint32_t kNone = GroupedItems::kNoGroup;

TEST(GroupedItemsTest, TellsTheGroupOfEachItem) {
  // Near each other, and far apart.
  for (const std::uint64_t step : {1U, 7U, 1000000U}) {
    std::vector<ItemId> ids;
    std::vector<std::uint32_t> groups;
    for (std::uint64_t i = 0; i < 50; ++i) {
      ids.push_back(ItemId{5 + i * step});
      groups.push_back(static_cast<std::uint32_t>(i % 3));
    }
    const GroupedItems items(ids, groups, {0.5F, 0.6F, 0.7F});
    for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(items.group_of(ids[i]), groups[i]);
    EXPECT_EQ(items.group_of(ItemId{4}), kNone);
    EXPECT_EQ(items.group_of(ItemId{0}), kNone);
    EXPECT_EQ(items.group_of(ItemId{5 + 50 * step}), kNone);
    EXPECT_EQ(items.group_of(ItemId{UINT64_MAX}), kNone);
    EXPECT_EQ(items.group_of(ItemId{6}), step == 1 ? 1U : kNone);
    EXPECT_EQ(items.limits().size(), 3U);
  }
}

TEST(GroupedItemsTest, MayBeEmpty) {
  const GroupedItems items({}, {}, {});
  EXPECT_EQ(items.group_of(ItemId{0}), kNone);
  EXPECT_EQ(items.group_of(ItemId{7}), kNone);
}

TEST(GroupedItemsTest, RefusesWhatIsNoGrouping) {
  const auto code = [](std::vector<ItemId> ids, std::vector<std::uint32_t> groups,
                       std::vector<float> limits) {
    return code_of([&] { GroupedItems(std::move(ids), groups, std::move(limits)); });
  };
  EXPECT_EQ(code({ItemId{2}, ItemId{1}}, {0, 0}, {0}), ErrorCode::kUsage);
  EXPECT_EQ(code({ItemId{1}, ItemId{1}}, {0, 0}, {0}), ErrorCode::kUsage);
  EXPECT_EQ(code({ItemId{1}}, {0, 0}, {0}), ErrorCode::kUsage);
  EXPECT_EQ(code({ItemId{1}}, {1}, {0}), ErrorCode::kUsage);
  EXPECT_EQ(code({ItemId{1}}, {0}, {std::numeric_limits<float>::quiet_NaN()}), ErrorCode::kUsage);
}

struct Note final : FilterNote {};

TEST(GroupedItemsTest, CopiesShareTheNote) {
  const GroupedItems items({ItemId{1}}, std::vector<std::uint32_t>{0}, {0});
  const GroupedItems copy = items;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(items.note(), nullptr);
  const auto note = std::make_shared<const Note>();
  items.leave(note);
  EXPECT_EQ(copy.note(), note);
}

}  // namespace
}  // namespace simdb
