#include <gtest/gtest.h>

#include "storage/item_value_internal.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using namespace std::string_literals;
using test::code_of;
using test::error_of;

TEST(ItemValueTest, ItemsComeBackAsTheyWere) {
  ItemInfo info{"Katze 猫", "/no\xFFt utf-8/\x01.png", {}, 4'000'000'000, 1, "SKU 4711", {}};
  info.digest.fill(0xEE);
  info.metadata = {{"price", 1.25}, {"sold", true}, {"empty", std::string()}, {"text", "a\0b"s}};
  constexpr std::int64_t kAdded = 1'700'000'000'123;
  EXPECT_EQ(decode_item(ItemId{5}, encode_item(info, kAdded, kAdded)),
            (ItemRecord{ItemId{5}, kAdded, info, kAdded}));
  EXPECT_EQ(decode_item(ItemId{5}, encode_item(info, kAdded, kAdded + 1)),
            (ItemRecord{ItemId{5}, kAdded, info, kAdded + 1}));
}

TEST(ItemValueTest, DamagedItemsAreNamed) {
  const std::string good = encode_item({"cat", "", {}, 1, 1, {}, {}}, 7, 7);
  EXPECT_NO_THROW(decode_item(ItemId{5}, good));
  const Error error = error_of([&] { decode_item(ItemId{5}, good.substr(0, good.size() - 1)); });
  EXPECT_EQ(error.code(), ErrorCode::kCorruption);
  EXPECT_NE(std::string(error.what()).find("item 5"), std::string::npos);
  EXPECT_EQ(code_of([] { decode_item(ItemId{5}, ""); }), ErrorCode::kCorruption);
  EXPECT_EQ(code_of([] { decode_item(ItemId{5}, "\xFF\xFF\xFF"); }), ErrorCode::kCorruption);
}

TEST(ItemValueTest, ItemsOfANewerProgramAreRead) {
  // A field that this version does not know (number 15, 1 byte).
  const std::string newer = encode_item({"cat", "/a", {}, 1, 2, {}, {}}, 7, 7) + "\x78\x01";
  EXPECT_EQ(decode_item(ItemId{5}, newer).info.class_name, "cat");
}

TEST(ItemValueTest, VectorsAreLittleEndianFloats) {
  const std::vector<float> values{1.0F, -2.0F};
  EXPECT_EQ(encode_vector(values), std::string("\0\0\x80\x3F\0\0\0\xC0", 8));
}

TEST(ItemValueTest, VectorsComeBackBitForBit) {
  const auto embeddings = test::random_embeddings(1, 16, 1);
  std::vector<float> values(16);
  decode_vector(ItemId{1}, encode_vector(embeddings.row(0)), values);
  EXPECT_EQ(values, std::vector<float>(embeddings.row(0).begin(), embeddings.row(0).end()));
}

TEST(ItemValueTest, VectorsOfAnotherLengthAreDamage) {
  std::vector<float> values(16);
  EXPECT_EQ(code_of([&] { decode_vector(ItemId{1}, std::string(63, 'x'), values); }),
            ErrorCode::kCorruption);
  EXPECT_EQ(code_of([&] { decode_vector(ItemId{1}, std::string(128, 'x'), values); }),
            ErrorCode::kCorruption);
}

}  // namespace
}  // namespace simdb
