#include "pipeline/formats/metadata_json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "pipeline/formats/json_reader.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using namespace std::string_literals;
using test::code_of;

Metadata metadata_of(const std::string& json) {
  JsonReader reader;
  return metadata_from_json(reader.read(json));
}

TEST(MetadataJsonTest, ValuesComeBackAsTheyWere) {
  const Metadata metadata{{"a", true},   {"b", -0.1},   {"c", 4711.0}, {"d", 1e300},
                          {"e", "1.0"s}, {"f", "ä\n"s}, {"g", -3.0},   {"h", 9007199254740993.0}};
  const std::string text = to_json(metadata).dump();
  EXPECT_EQ(metadata_of(text), metadata);
  EXPECT_EQ(to_json(MetadataValue(4711.0)).dump(), "4711");
  EXPECT_EQ(to_json(MetadataValue(-0.0)).dump(), "0");
  EXPECT_EQ(to_json(MetadataValue(1.5)).dump(), "1.5");
}

TEST(MetadataJsonTest, OnlyFlatObjectsAreTaken) {
  for (const char* text : {"[]", "1", "null", R"({"a": null})", R"({"a": [1]})", R"({"a": {}})",
                           R"({"": 1})", R"({"a\u0000b": 1})", R"({"a": 1, "a": 2})"}) {
    EXPECT_EQ(code_of([&] { metadata_of(text); }), ErrorCode::kBadInput) << text;
  }
  EXPECT_TRUE(metadata_of("{}").empty());
}

TEST(MetadataJsonTest, FieldsAreTypedAsInJson) {
  const auto value = [](const char* text) { return parse_field(text).second; };
  EXPECT_EQ(parse_field("sku=4711").first, "sku");
  EXPECT_EQ(value("sku=4711"), MetadataValue(4711.0));
  EXPECT_EQ(value("x=-1e3"), MetadataValue(-1000.0));
  EXPECT_EQ(value("x=true"), MetadataValue(true));
  EXPECT_EQ(value("x=True"), MetadataValue("True"s));
  EXPECT_EQ(value("x=\"4711\""), MetadataValue("4711"s));
  EXPECT_EQ(value("x=007"), MetadataValue("007"s));
  EXPECT_EQ(value("x=a=b c"), MetadataValue("a=b c"s));
  EXPECT_EQ(value("x="), MetadataValue(""s));
  EXPECT_EQ(value("x=[1]"), MetadataValue("[1]"s));
  EXPECT_EQ(value("x=null"), MetadataValue("null"s));
  for (const char* text : {"", "x", "=1"}) {
    EXPECT_EQ(code_of([&] { parse_field(text); }), ErrorCode::kUsage) << text;
  }
}

TEST(MetadataJsonTest, ConditionsHaveOneOfSixSigns) {
  using enum Comparison;
  const auto is = [](const char* text, Comparison comparison, MetadataValue value) {
    EXPECT_EQ(parse_condition(text), (MetadataCondition{"p", comparison, std::move(value)}))
        << text;
  };
  is("p=2", kEqual, 2.0);
  is("p!=2", kNotEqual, 2.0);
  is("p<2", kLess, 2.0);
  is("p<=2", kLessOrEqual, 2.0);
  is("p>2", kGreater, 2.0);
  is("p>=2", kGreaterOrEqual, 2.0);
  is("p=a<b", kEqual, "a<b"s);
  is("p<", kLess, ""s);
  for (const char* text : {"", "p", "=2", "p!2", "<"}) {
    EXPECT_EQ(code_of([&] { parse_condition(text); }), ErrorCode::kUsage) << text;
  }
}

}  // namespace
}  // namespace simdb
