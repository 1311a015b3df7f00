#include "decisions/item_groups.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/embeddings.h"

namespace simdb {
namespace {

Sha256 digest_of(std::uint8_t number) {
  Sha256 digest{};
  digest.back() = number;
  return digest;
}

TEST(ItemGroupsTest, JoinEqualDigestsEqualEmbeddingsAndEqualGroups) {
  EmbeddingBatch rows = test::random_embeddings(6, 16, 1);
  rows.append_unit(rows.row(2));
  const std::vector<GroupedItem> items = {{ItemId{1}, digest_of(1)},
                                          {ItemId{2}, digest_of(2)},
                                          {ItemId{3}, digest_of(3), "film"},
                                          {ItemId{4}, digest_of(1)},
                                          {ItemId{5}, {}, "film"},
                                          {ItemId{6}, {}},
                                          {ItemId{7}, {}}};
  EXPECT_EQ(group_items(items, rows), (std::vector<std::uint32_t>{0, 1, 2, 0, 2, 3, 2}));
}

TEST(ItemGroupsTest, AreConnectedThroughOthers) {
  const EmbeddingBatch rows = test::random_embeddings(4, 16, 1);
  const std::vector<GroupedItem> items = {{ItemId{1}, digest_of(1), "a"},
                                          {ItemId{2}, digest_of(2), "b"},
                                          {ItemId{3}, digest_of(3), "c"},
                                          {ItemId{4}, digest_of(1), "c"}};
  EXPECT_EQ(group_items(items, rows), (std::vector<std::uint32_t>{0, 1, 0, 0}));
}

TEST(ItemGroupsTest, KeysTellContentsApart) {
  const EmbeddingBatch rows = test::random_embeddings(2, 16, 1);
  std::set<std::uint64_t> keys = {content_key({}, rows.row(0)), content_key({}, rows.row(1)),
                                  text_key(""), text_key("a"), text_key("b")};
  for (std::uint8_t i = 1; i < 100; ++i) keys.insert(content_key(digest_of(i), rows.row(0)));
  EXPECT_EQ(keys.size(), 104U);
  EXPECT_EQ(content_key(digest_of(1), rows.row(0)), content_key(digest_of(1), rows.row(1)));
}

}  // namespace
}  // namespace simdb
