#include "pipeline/formats/item_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

nlohmann::json json_of(const ItemRecord& item, std::span<const float> vector = {}) {
  std::string line;
  append_json_line(line, item, vector);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return nlohmann::json::parse(line);
}

std::string through_json(const std::string& source) {
  ItemRecord item;
  item.info.source = source;
  const auto line = json_of(item);
  return line.contains("source_bytes") ? source_from_hex(line["source_bytes"].get<std::string>())
                                       : line["source"].get<std::string>();
}

TEST(ItemJson, KeepsEverySource) {
  using namespace std::string_literals;
  for (const std::string& source : {""s, "/a/b.png"s, "/\xFF\x00z"s, "/caf\xE9.png"s,
                                    "\xED\xA0\x80"s, "/ü\n\u202E"s, "\xEF\xBF\xBD"s}) {
    EXPECT_EQ(through_json(source), source);
  }
}

TEST(ItemJson, OnlyASourceThatIsNotUtf8HasBytes) {
  ItemRecord item;
  item.info.source = "/ü.png";
  EXPECT_FALSE(json_of(item).contains("source_bytes"));
  item.info.source = "/\xFF";
  EXPECT_EQ(json_of(item)["source_bytes"], "2fff");
}

TEST(ItemJson, RefusesBytesThatAreNotHexadecimal) {
  for (const char* bytes : {"2", "2g", "0x2f", "2f "}) {
    EXPECT_THROW(source_from_hex(bytes), Error) << bytes;
  }
}

TEST(ItemJson, HoldsEveryField) {
  ItemRecord item{.id = ItemId{7}, .added_ms = 1000, .info = {}, .changed_ms = 62'000};
  item.info = {.class_name = "a \"b\"\\",
               .source = "/x\u202E.png",
               .digest = sha256({}),
               .width = 4294967295,
               .height = 2,
               .key = "k",
               .metadata = {{"n", 12.0}, {"p", 0.1}, {"big", 1e300}, {"t", "\u00fc"}, {"b", true}}};
  const nlohmann::json wanted = {
      {"id", 7},
      {"class", item.info.class_name},
      {"source", item.info.source},
      {"sha256", to_hex(item.info.digest)},
      {"width", 4294967295},
      {"height", 2},
      {"added", "1970-01-01T00:00:01Z"},
      {"changed", "1970-01-01T00:01:02Z"},
      {"key", "k"},
      {"metadata", {{"n", 12}, {"p", 0.1}, {"big", 1e300}, {"t", "\u00fc"}, {"b", true}}}};
  EXPECT_EQ(json_of(item), wanted);
}

TEST(ItemJson, FloatsReadBackBitForBit) {
  std::vector<float> values = {0.0F,   -0.0F,           1.0F,       -1.0F, 0.1F,
                               1e-45F, 1.17549435e-38F, 0.33333334F};
  std::mt19937 random(7);
  while (values.size() < 20'000) {  // any bits up to 1
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random() % 0x3F800001U)));
  }
  const nlohmann::json line = json_of({}, values);
  const auto read = line.at("vector").get<std::vector<float>>();
  ASSERT_EQ(read.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(read[i]), std::bit_cast<std::uint32_t>(values[i]));
  }
  std::string text;
  append_json_line(text, {}, std::vector{0.1F});
  EXPECT_NE(text.find("[0.1]"), std::string::npos) << text;
}

}  // namespace
}  // namespace simdb
