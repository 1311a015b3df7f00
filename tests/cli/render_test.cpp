#include "cli/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace simdb::cli {
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

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xFF"), "\\xff");
  EXPECT_EQ(printable("caf\xE9"), "caf\\xe9") << "Latin-1, cut off at the end";
  EXPECT_EQ(printable("\xE9"
                      "abc"),
            "\\xe9"
            "abc");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf") << "overlong slash";
}

TEST(PrintJson, StaysValidForAnyBytes) {
  std::ostringstream out;
  print_json(out, {{"path", "a\xFF\n\"b"}, {"id", 7}});
  EXPECT_EQ(out.str().back(), '\n');
  const auto parsed = nlohmann::json::parse(out.str());
  EXPECT_EQ(parsed["path"], "a\xEF\xBF\xBD\n\"b");
  EXPECT_EQ(parsed["id"], 7);
}

TEST(Render, NumbersForPeople) {
  EXPECT_EQ(count_of(1, "image", "images"), "1 image");
  EXPECT_EQ(count_of(0, "image", "images"), "0 images");
  EXPECT_EQ(percent(0.9754), "97.5 %");
  EXPECT_EQ(byte_size(999), "999 bytes");
  EXPECT_EQ(byte_size(1400000), "1.4 MB");
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_time(1795437742525), "2026-11-23T12:42:22Z");
}

}  // namespace
}  // namespace simdb::cli
