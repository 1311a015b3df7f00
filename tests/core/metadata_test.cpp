#include "simdb/metadata.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/errors.h"

namespace simdb {
namespace {

using namespace std::string_literals;

bool is_refused(const Metadata& metadata) {
  try {
    require_metadata(metadata);
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return true;
  }
}

TEST(MetadataTest, AcceptsFlatFieldsUpToTheLimit) {
  EXPECT_FALSE(is_refused({}));
  EXPECT_FALSE(is_refused({{"sku", 4711.0}, {"sold", true}, {"Größe", "42\0½"s}}));
  EXPECT_FALSE(is_refused({{"t", std::string(kMaxMetadataBytes - 1, 'x')}}));
  EXPECT_TRUE(is_refused({{"t", std::string(kMaxMetadataBytes, 'x')}}));
  EXPECT_TRUE(is_refused({{"a", std::string(kMaxMetadataBytes / 2, 'x')},
                          {"b", std::string(kMaxMetadataBytes / 2, 'x')}}));
}

TEST(MetadataTest, RefusesNamesAndValuesThatJsonCanNotHold) {
  EXPECT_TRUE(is_refused({{"", 1.0}}));
  EXPECT_TRUE(is_refused({{"a\nb", 1.0}}));
  EXPECT_TRUE(is_refused({{std::string(kMaxMetadataNameBytes + 1, 'x'), 1.0}}));
  EXPECT_TRUE(is_refused({{"a", "\xFF"s}}));
  EXPECT_TRUE(is_refused({{"a", std::numeric_limits<double>::quiet_NaN()}}));
  EXPECT_TRUE(is_refused({{"a", std::numeric_limits<double>::infinity()}}));
}

TEST(MetadataTest, ConditionsCompareValuesOfOneType) {
  const Metadata metadata{{"price", 1.5}, {"sku", "b"s}, {"sold", false}};
  const auto holds = [&](const char* name, Comparison comparison, MetadataValue value) {
    return passes(metadata, {name, comparison, std::move(value)});
  };
  using enum Comparison;
  EXPECT_TRUE(holds("price", kEqual, 1.5));
  EXPECT_FALSE(holds("price", kNotEqual, 1.5));
  EXPECT_TRUE(holds("price", kLess, 2.0));
  EXPECT_FALSE(holds("price", kLess, 1.5));
  EXPECT_TRUE(holds("price", kLessOrEqual, 1.5));
  EXPECT_TRUE(holds("price", kGreater, 1.0));
  EXPECT_FALSE(holds("price", kGreaterOrEqual, 2.0));
  EXPECT_TRUE(holds("sku", kGreater, "a"s));
  EXPECT_TRUE(holds("sold", kLess, true));
  // Another type is unequal, no more; a field that is not there is nothing at all.
  EXPECT_TRUE(holds("price", kNotEqual, "1.5"s));
  EXPECT_FALSE(holds("price", kLess, "2"s));
  EXPECT_FALSE(holds("price", kEqual, "1.5"s));
  EXPECT_FALSE(holds("weight", kNotEqual, 1.0));
  EXPECT_TRUE(passes(metadata, {{"price", kEqual, 1.5}, {"sku", kEqual, "b"s}}));
  EXPECT_FALSE(passes(metadata, {{"price", kEqual, 1.5}, {"sku", kEqual, "c"s}}));
}

}  // namespace
}  // namespace simdb
