// What every gallery tells of its changes.
#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb::test {

TEST_P(GalleryConformanceTest, CountsWhatChangesSomething) {
  const auto ids = add_numbered(1, 2, "a");
  EXPECT_EQ(gallery->changes(), 1U);
  add_numbered(1, 2, "a");
  gallery->remove(std::vector{ItemId{77}});
  gallery->remove_class("b");
  EXPECT_EQ(gallery->changes(), 1U);
  gallery->remove(ids);
  EXPECT_EQ(gallery->changes(), 2U);
}

TEST_P(GalleryConformanceTest, KeepsSettings) {
  add_numbered(1, 2, "a");
  EXPECT_EQ(gallery->setting("x"), "");
  gallery->set_setting("x", "1 2");
  gallery->set_setting("y", "\n");
  gallery->set_setting("y", "\n");
  EXPECT_EQ(gallery->changes(), 3U);
  EXPECT_EQ(gallery->setting("x"), "1 2");
  EXPECT_EQ(gallery->setting("y"), "\n");
  EXPECT_EQ(gallery->settings(), (std::map<std::string, std::string>{{"x", "1 2"}, {"y", "\n"}}));
  gallery->set_setting("x", "");
  EXPECT_EQ(gallery->setting("x"), "");
  EXPECT_EQ(gallery->settings().size(), 1U);
  const auto ids = add_numbered(3, 1, "a");
  // Changes of no item are told as such, and a limit ends before them.
  EXPECT_EQ(gallery->changes_since(1, 1)->through, 5U);
  EXPECT_EQ(gallery->changes_since(0, 2)->through, 1U);
  EXPECT_EQ(gallery->changes_since(1)->events,
            (std::vector<ItemEvent>{{5, ChangeKind::kAdded, ids[0]}}));
  EXPECT_TRUE(gallery->verify().empty());
}

TEST_P(GalleryConformanceTest, KeepsSidecars) {
  add_numbered(1, 1, "a");
  EXPECT_FALSE(gallery->place().empty());
  EXPECT_FALSE(gallery->sidecar("notes"));
  std::vector<std::byte> bytes(300'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i % 251);
  gallery->set_sidecar("notes", bytes);
  EXPECT_EQ(gallery->sidecar("notes"), bytes);
  gallery->set_sidecar("notes", std::span(bytes).first(2));
  gallery->set_sidecar("more", {});
  EXPECT_EQ(gallery->sidecar("notes")->size(), 2U);
  EXPECT_EQ(gallery->sidecar("more"), std::vector<std::byte>());
  EXPECT_EQ(gallery->changes(), 1U) << "none of it is a change";
  EXPECT_TRUE(gallery->verify().empty());
  for (const char* name : {"", "../notes", "a/b", "a b", "notes.tmp"}) {
    EXPECT_EQ(code_of([&] { gallery->set_sidecar(name, bytes); }), ErrorCode::kUsage) << name;
    EXPECT_EQ(code_of([&] { gallery->sidecar(name); }), ErrorCode::kUsage) << name;
  }
}

TEST_P(GalleryConformanceTest, TellsWhatEachChangeDid) {
  using enum ChangeKind;
  const auto a = add_numbered(1, 3, "a");
  NewItem owner = numbered_item(9, "a");
  owner.info.key = "k";
  const ItemId keyed = add({owner})[0].id;
  gallery->update(std::vector{a[2], a[0]}, {.class_name = "b"});
  gallery->remove(std::vector{a[1]});
  // One removed, one changed, one added, and the middle one stays what it is: one change.
  NewItem taker = numbered_item(10, "a");
  taker.info.key = "k";
  NewItem moved = numbered_item(1, "b");
  moved.info.source = "/moved.png";
  const auto added = add({taker, moved, numbered_item(3, "b")});
  ASSERT_EQ(gallery->changes(), 5U);
  const std::vector<ItemEvent> all{
      {1, kAdded, a[0]},   {1, kAdded, a[1]},       {1, kAdded, a[2]},   {2, kAdded, keyed},
      {3, kUpdated, a[0]}, {3, kUpdated, a[2]},     {4, kRemoved, a[1]}, {5, kRemoved, keyed},
      {5, kUpdated, a[0]}, {5, kAdded, added[0].id}};
  EXPECT_EQ(gallery->changes_since(0), (ItemHistory{all, 5}));
  const auto part = [&](int first, int last) {
    return std::vector(all.begin() + first, all.begin() + last);
  };
  EXPECT_EQ(gallery->changes_since(0, 1), (ItemHistory{part(0, 3), 1}));  // each whole
  EXPECT_EQ(gallery->changes_since(2, 0), (ItemHistory{part(4, 6), 3}));
  EXPECT_EQ(gallery->changes_since(4), (ItemHistory{part(7, 10), 5}));
  EXPECT_EQ(gallery->changes_since(5), (ItemHistory{{}, 5}));
  EXPECT_EQ(gallery->changes_since(6), std::nullopt);
  EXPECT_EQ(gallery->change_mark(6), std::nullopt);
  if (!host->keeps()) return;
  const auto mark = gallery->change_mark(5);
  gallery.reset();
  gallery = host->open();
  EXPECT_EQ(gallery->changes_since(0), (ItemHistory{all, 5}));
  EXPECT_EQ(gallery->change_mark(5), mark);
}

}  // namespace simdb::test
