#include "pipeline/formats/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <string>

#include "simdb/error.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  const Error error = test::error_of([&] { JsonReader().read(text); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << text.substr(0, 100);
  return error.what();
}

TEST(JsonReaderTest, ReadsOneValueAfterTheOther) {
  JsonReader reader;
  EXPECT_EQ(std::string_view(reader.read(R"("a\u00e4")")), "a\xC3\xA4");
  EXPECT_EQ(double(reader.read(" -1.5e3 ")), -1500);
  EXPECT_TRUE(bool(reader.read("\xEF\xBB\xBFtrue")));
  EXPECT_EQ(double(reader.read_object(R"({"a":{"b":2}})").at_pointer("/a/b")), 2);
}

TEST(JsonReaderTest, SaysWhereItIsNoJson) {
  EXPECT_EQ(refusal("[1,2 3]"), "it is no JSON from byte 6 on");
  EXPECT_EQ(refusal(""), "it is no JSON from byte 1 on");
  EXPECT_EQ(refusal("{} {}"), "it is no JSON from byte 4 on");
  EXPECT_EQ(refusal(R"({"a":01})"), "it is no JSON from byte 7 on");
  EXPECT_THAT(refusal("\"\xFF\""), HasSubstr("byte 2"));
  EXPECT_THAT(refusal(R"("\ud800")"), HasSubstr("byte"));
  EXPECT_EQ(refusal("[1e999]"), "a number in it is too large");
  EXPECT_EQ(refusal("[123456789012345678901234567890]"), "an integer in it is too large");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(refusal(deep), "it is nested too deeply");
  for (const char* text : {"[]", "1", "null", "\"{}\""}) {
    EXPECT_THAT(test::error_of([&] { JsonReader().read_object(text); }).what(),
                HasSubstr("no JSON object"));
  }
}

TEST(JsonReaderTest, ReadsNumbersOfAnySpelling) {
  JsonReader reader;
  std::vector<float> numbers = {9};
  EXPECT_TRUE(read_numbers(reader.read("[0, -0.0, 1e-3, 18446744073709551615, -5]"), numbers));
  EXPECT_THAT(numbers, ElementsAre(0.0F, -0.0F, 1e-3F, 18446744073709551615.0F, -5.0F));
  EXPECT_TRUE(std::signbit(numbers[1]));
  EXPECT_TRUE(read_numbers(reader.read("[]"), numbers));
  EXPECT_TRUE(numbers.empty());
  for (const char* text : {"{}", "1", "[1,\"2\"]", "[true]", "[null]", "[[1]]"}) {
    EXPECT_FALSE(read_numbers(reader.read(text), numbers)) << text;
  }
}

}  // namespace
}  // namespace simdb
