#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "storage/key_schema_internal.h"

namespace simdb {
namespace {

using namespace std::string_literals;

// These bytes are on people's disks: a change here needs a new format version.
TEST(KeySchemaTest, KeysAreTheDocumentedBytes) {
  EXPECT_EQ(kStoreFormatVersion, 3U);
  EXPECT_EQ(item_key(ItemId{0x0102030405060708}), "\x01\x02\x03\x04\x05\x06\x07\x08"s);
  EXPECT_EQ(class_key("cat", ItemId{1}), "cat\0\0\0\0\0\0\0\0\x01"s);
  Sha256 digest{};
  digest.fill(0xAB);
  EXPECT_EQ(digest_key(digest, ItemId{2}), std::string(32, '\xAB') + "\0\0\0\0\0\0\0\x02"s);
  EXPECT_EQ(tombstone_key({1, ItemId{2}}), "\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02"s);
}

TEST(KeySchemaTest, ByteOrderIsTheOrderOfIds) {
  const std::vector<std::uint64_t> numbers{0,
                                           1,
                                           127,
                                           128,
                                           255,
                                           256,
                                           65535,
                                           65536,
                                           std::uint64_t{1} << 40,
                                           std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::string> keys;
  for (const std::uint64_t number : numbers) keys.push_back(item_key(ItemId{number}));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(decode_item_key(keys[i]), ItemId{numbers[i]});
  }
}

TEST(KeySchemaTest, OtherLengthsAreNoNumbers) {
  EXPECT_FALSE(decode_number(""));
  EXPECT_FALSE(decode_number("1234567"));
  EXPECT_FALSE(decode_number("123456789"));
  EXPECT_FALSE(decode_id_after(4, "abc"));
  EXPECT_FALSE(decode_id_after(4, "abcd1234567"));
  EXPECT_EQ(decode_id_after(4, class_key("abc", ItemId{9})), ItemId{9});
}

TEST(KeySchemaTest, NumbersOfAFieldLieInTheirOrder) {
  const std::vector<double> numbers{
      -std::numeric_limits<double>::max(), -2, -1.5, -1e-300, 0, 1e-300, 1, 1.5, 2, 1e9,
      std::numeric_limits<double>::max()};
  std::vector<std::string> keys;
  for (const double number : numbers) keys.push_back(field_key("price", number, ItemId{7}));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(value_prefix("price", -0.0), value_prefix("price", 0.0));
}

TEST(KeySchemaTest, NoValueHoldsTheKeysOfAnother) {
  const std::vector<MetadataValue> values{true, false, 0.0, 1.0, ""s, "1"s, "true"s, "a"s, "ab"s};
  for (const MetadataValue& a : values) {
    for (const MetadataValue& b : values) {
      EXPECT_EQ(field_key("f", a, ItemId{1}).starts_with(value_prefix("f", b)), a == b);
      EXPECT_FALSE(field_key("ff", a, ItemId{1}).starts_with(field_prefix("f")));
    }
  }
  EXPECT_EQ(decode_id_after(value_prefix("f", "a"s).size(), field_key("f", "a"s, ItemId{9})),
            ItemId{9});
}

TEST(KeySchemaTest, TombstonesLieInTheOrderOfChanges) {
  EXPECT_LT(tombstone_key({1, ItemId{900}}), tombstone_key({2, ItemId{1}}));
  EXPECT_LT(tombstone_key({255, ItemId{2}}), tombstone_key({256, ItemId{1}}));
  EXPECT_EQ(decode_tombstone_key(tombstone_key({7, ItemId{9}})), (Tombstone{7, ItemId{9}}));
  EXPECT_FALSE(decode_tombstone_key(""));
  EXPECT_FALSE(decode_tombstone_key(std::string(8, 'x')));
  EXPECT_FALSE(decode_tombstone_key(std::string(15, 'x')));
  EXPECT_FALSE(decode_tombstone_key(std::string(17, 'x')));
}

TEST(KeySchemaTest, AnEntryOfTheHistorySaysWhatAChangeDid) {
  const std::string key = tombstone_key({7, ItemId{9}});
  EXPECT_EQ(decode_history_entry(key, ""), (HistoryEntry{7, ChangeKind::kRemoved, ItemId{9}, 1}));
  EXPECT_EQ(decode_history_entry(key, kUpdated),
            (HistoryEntry{7, ChangeKind::kUpdated, ItemId{9}, 1}));
  EXPECT_EQ(decode_history_entry(key, encode_addition(3)),
            (HistoryEntry{7, ChangeKind::kAdded, ItemId{9}, 3}));
  EXPECT_EQ(encode_addition(3), "a\0\0\0\0\0\0\0\x03"s);
  for (const std::string& value : {"x"s, "uu"s, "a"s, "a1234567"s, "a123456789"s, "b12345678"s}) {
    EXPECT_FALSE(decode_history_entry(key, value)) << value;
  }
  EXPECT_FALSE(decode_history_entry(key, encode_addition(0)));
  EXPECT_FALSE(decode_history_entry(key + "x", ""));
}

TEST(KeySchemaTest, AStoreIdIsLowerCaseHexadecimal) {
  EXPECT_TRUE(is_store_id("0123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(is_store_id(""));
  EXPECT_FALSE(is_store_id("0123456789abcdef0123456789abcde"));
  EXPECT_FALSE(is_store_id("0123456789ABCDEF0123456789ABCDEF"));
  EXPECT_FALSE(is_store_id("0123456789abcdef0123456789abcdeg"));
}

TEST(KeySchemaTest, NoClassHoldsTheKeysOfAnother) {
  EXPECT_FALSE(class_key("cats", ItemId{1}).starts_with(class_prefix("cat")));
  EXPECT_TRUE(class_key("cat", ItemId{1}).starts_with(class_prefix("cat")));
}

}  // namespace
}  // namespace simdb
