#include "core/printable.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace simdb {
namespace {

TEST(Printable, LeavesHarmlessTextAlone) {
  EXPECT_EQ(printable("circle_1.png"), "circle_1.png");
  EXPECT_EQ(printable("Größe 漢字 🙂"), "Größe 漢字 🙂");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a\\x0ab\\x09c\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b") << "C1 control sequence introducer";
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            "a\\xe2\\x80\\xae"
            "b")
      << "right-to-left override";
  EXPECT_EQ(printable("\xE2\x81\xA7"), "\\xe2\\x81\\xa7") << "right-to-left isolate";
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, EscapesWhatIsInvisibleOrBreaksLines) {
  for (const std::string text :
       {"\u00AD", "\u061C", "\u180E", "\u200B", "\u200D", "\u200F", "\u2028", "\u2029", "\u202A",
        "\u202E", "\u2060", "\u2066", "\u2069", "\u206F", "\uFEFF", "\uFFF9", "\U000E0001",
        "\U000E007F"}) {
    std::string shown;
    for (const char c : text) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    EXPECT_EQ(printable("a" + text + "b"), "a" + shown + "b");
  }
  for (const std::string text :
       {"\u00AC", "\u00AE", "\u061B", "\u200A", "\u2010", "\u2027", "\u202F", "\u205F", "\u2070",
        "\uFEFE", "\uFFFD", "\U000DFFFF", "\U0010FFFF"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xFF"), "\\xff");
  EXPECT_EQ(printable("caf\xE9"), "caf\\xe9") << "Latin-1, cut off at the end";
  EXPECT_EQ(printable("\xE9"
                      "abc"),
            "\\xe9"
            "abc");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf") << "overlong slash";
}

}  // namespace
}  // namespace simdb
