#include "pipeline/formats/export_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/embeddings.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

class ExportLinesTest : public testing::Test {
 protected:
  ExportLinesTest() {
    std::vector<NewItem> items;
    for (std::uint64_t number = 1; number <= 2500; ++number) {
      items.push_back(test::numbered_item(number, number % 2 == 0 ? "even" : "odd"));
    }
    gallery.add(items, test::random_embeddings(items.size(), 16, 1));
  }

  std::vector<std::string> lines(const ItemSelection& selection) const {
    std::string text;
    const std::uint64_t count = write_export_lines(gallery, selection, [&](std::string_view more) {
      text += more;
      return true;
    });
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      lines.push_back(text.substr(at, text.find('\n', at) - at));
    }
    EXPECT_EQ(lines.size(), count + 1);
    return lines;
  }

  test::PlainGallery gallery{16};
};

TEST_F(ExportLinesTest, AHeaderAndALinePerItem) {
  const auto all = lines({});
  ASSERT_EQ(all.size(), 2501U);
  EXPECT_EQ(all[0], R"({"simdb_export":1,"dimension":16,"encoder":")" +
                        gallery.encoder_fingerprint() + "\"}");
  EXPECT_EQ(all[2500].substr(0, 25), R"({"id":2500,"class":"even")");
  EXPECT_EQ(lines({.limit = 0}).size(), 1U);
}

TEST_F(ExportLinesTest, OnlyWhatIsSelected) {
  const auto some = lines({.filter = {.class_names = {"odd"}}, .after = ItemId{5}, .limit = 2});
  ASSERT_EQ(some.size(), 3U);
  EXPECT_EQ(some[1].substr(0, 8), R"({"id":7,)");
  EXPECT_EQ(some[2].substr(0, 8), R"({"id":9,)");
}

TEST_F(ExportLinesTest, StopsWhenNobodyReads) {
  int pieces = 0;
  EXPECT_LT(write_export_lines(gallery, {}, [&](std::string_view) { return ++pieces < 2; }), 2500U);
  EXPECT_EQ(pieces, 2);
}

}  // namespace
}  // namespace simdb
