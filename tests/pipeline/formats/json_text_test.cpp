#include "pipeline/formats/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace simdb {
namespace {

TEST(PrintJson, StaysValidForAnyBytes) {
  std::ostringstream out;
  print_json(out, {{"path", "a\xFF\n\"b"}, {"id", 7}});
  EXPECT_EQ(out.str().back(), '\n');
  const auto parsed = nlohmann::json::parse(out.str());
  EXPECT_EQ(parsed["path"], "a\xEF\xBF\xBD\n\"b");
  EXPECT_EQ(parsed["id"], 7);
}

TEST(PrintJson, EscapesWhatATerminalWouldObeyAndAReaderGetsItBack) {
  const std::string text = "\x1b\x7f\u009B\u202E\u2028\uFEFF\U000E0041 plain ä漢🙂";
  std::ostringstream out;
  print_json(out, {{text, text}});
  const std::string escaped =
      "\\u001b\\u007f\\u009b\\u202e\\u2028\\ufeff\\udb40\\udc41 plain ä漢🙂";
  EXPECT_EQ(out.str(), "{\"" + escaped + "\":\"" + escaped + "\"}\n");
  EXPECT_EQ(nlohmann::json::parse(out.str())[text], text);
}

TEST(IsoTime, IsInUtc) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_time(1795437742525), "2026-11-23T12:42:22Z");
}

}  // namespace
}  // namespace simdb
