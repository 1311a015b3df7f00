#include "core/class_name.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/errors.h"

namespace simdb {
namespace {

using namespace std::string_literals;

TEST(ClassNameTest, AcceptsWhatPeopleWrite) {
  for (const std::string& name :
       {"a"s, "cat"s, "two words"s, "../../etc/passwd"s, "-rf"s, "<script>"s, "%2e"s, "Größe"s,
        "猫"s, "\U0001F408"s, "e\u0301"s, "\u202Eright to left"s, std::string(1024, 'x')}) {
    EXPECT_NO_THROW(require_class_name(name)) << name;
  }
}

TEST(ClassNameTest, RefusesEmptyLongAndControlCharacters) {
  for (const std::string& name :
       {""s, std::string(1025, 'x'), "a\0b"s, "a\nb"s, "\t"s, "\x1B[31m"s, "\x7F"s, "\u0085"s}) {
    EXPECT_EQ(test::code_of([&] { require_class_name(name); }), ErrorCode::kBadInput) << name;
  }
}

TEST(ClassNameTest, RefusesWhatIsNoUtf8) {
  for (const std::string& name :
       {"\x80"s, "\xC3"s, "\xC0\xAF"s, "\xE0\x80\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s,
        "\xF8\x88\x80\x80\x80"s, "\xE2\x82"s, "ok\xFF"s}) {
    EXPECT_FALSE(is_utf8(name));
    EXPECT_EQ(test::code_of([&] { require_class_name(name); }), ErrorCode::kBadInput);
  }
}

TEST(ClassNameTest, AcceptsTheLimitsOfUtf8) {
  EXPECT_TRUE(is_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"));
  EXPECT_TRUE(is_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  EXPECT_TRUE(is_utf8(""));
}

TEST(ClassNameTest, TheMessageHoldsNoControlCharacters) {
  const Error error = test::error_of([] { require_class_name("\x1B[2J\xFFname"); });
  EXPECT_NE(std::string(error.what()).find("\\x1b[2J\\xffname"), std::string::npos);
  for (const char c : std::string(error.what())) EXPECT_TRUE(c >= 0x20 && c < 0x7F);
}

TEST(ClassNameTest, TheMessageOfALongNameIsShort) {
  const Error error = test::error_of([] { require_class_name(std::string(1'000'000, 'x')); });
  EXPECT_LT(std::string(error.what()).size(), 200U);
}

}  // namespace
}  // namespace simdb
