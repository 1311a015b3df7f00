#include "database/item_selection.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

constexpr std::size_t kItems = 2500;  // some pages

class ItemSelectionTest : public testing::Test {
 protected:
  ItemSelectionTest() {
    std::vector<NewItem> items;
    for (std::uint64_t number = 1; number <= kItems; ++number) {
      items.push_back(test::numbered_item(number, number % 2 == 0 ? "even" : "odd"));
      items.back().info.metadata = {{"n", static_cast<double>(number)}, {"tens", number % 10 == 0}};
    }
    gallery.add(items, test::random_embeddings(kItems, 16, 1));
  }

  std::vector<std::uint64_t> ids(const ItemSelection& selection) const {
    std::vector<std::uint64_t> ids;
    for_each_page(gallery, selection, [&](std::span<const ItemRecord> page) {
      for (const ItemRecord& item : page) ids.push_back(to_number(item.id));
      return true;
    });
    std::vector<std::uint64_t> of_rows;
    for_each_row(gallery, selection, [&](ItemId id, std::span<const float> row) {
      EXPECT_EQ(Embedding::from_unit(row), gallery.embedding(id));
      of_rows.push_back(to_number(id));
      return true;
    });
    EXPECT_EQ(ids, of_rows);
    EXPECT_EQ(ids.size(), count_selected(gallery, selection));
    return ids;
  }
  // Those up to kItems that pass.
  template <typename Passes>
  static std::vector<std::uint64_t> wanted(const Passes& passes) {
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = 1; id <= kItems; ++id) {
      if (passes(id)) ids.push_back(id);
    }
    return ids;
  }

  test::PlainGallery gallery{16};
};

TEST_F(ItemSelectionTest, HoldsWhatPassesEveryPart) {
  EXPECT_EQ(ids({}), wanted([](auto) { return true; }));
  EXPECT_EQ(ids({.filter = {.class_names = {"even"}}}),
            wanted([](auto id) { return id % 2 == 0; }));
  EXPECT_EQ(ids({.filter = {.class_names = {"odd", "even"}}}).size(), kItems);
  EXPECT_EQ(ids({.filter = {.where = {{"tens", Comparison::kEqual, true},
                                      {"n", Comparison::kGreater, 1000.0}}}}),
            wanted([](auto id) { return id % 10 == 0 && id > 1000; }));
  EXPECT_TRUE(ids({.filter = {.class_names = {"none"}}}).empty());
}

TEST_F(ItemSelectionTest, BeginsAndEndsAnywhere) {
  EXPECT_EQ(ids({.after = ItemId{2400}, .limit = 3}),
            (std::vector<std::uint64_t>{2401, 2402, 2403}));
  EXPECT_TRUE(ids({.limit = 0}).empty());
  EXPECT_TRUE(ids({.after = ItemId{kItems}}).empty());
  EXPECT_EQ(ids({.limit = 1700}).size(), 1700U);
  // A condition that no index answers leaves pages short: they are filled from the next.
  EXPECT_EQ(ids({.filter = {.where = {{"n", Comparison::kGreaterOrEqual, 1500.0}}}, .limit = 700}),
            wanted([](auto id) { return id >= 1500 && id < 2200; }));
}

TEST_F(ItemSelectionTest, StopsWhenTheCallbackSaysSo) {
  std::size_t pages = 0;
  for_each_page(gallery, {}, [&](std::span<const ItemRecord>) { return ++pages < 2; });
  EXPECT_EQ(pages, 2U);
}

TEST_F(ItemSelectionTest, AnItemWithoutAVectorIsNamed) {
  const std::vector<ItemRecord> unknown{{.id = ItemId{99'999}, .info = {}}};
  const Error error = test::error_of([&] { embeddings_of(gallery, unknown); });
  EXPECT_EQ(error.code(), ErrorCode::kCorruption);
  EXPECT_NE(std::string(error.what()).find("item 99999 has no vector"), std::string::npos);
}

}  // namespace
}  // namespace simdb
