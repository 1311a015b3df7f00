#include "pipeline/formats/item_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "pipeline/formats/json_text.h"
#include "simdb/error.h"

namespace simdb {
namespace {

std::string through_json(const std::string& source) {
  ItemRecord item;
  item.info.source = source;
  std::ostringstream out;
  print_json(out, to_json(item));
  return source_of(nlohmann::json::parse(out.str()));
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
  EXPECT_FALSE(to_json(item).contains("source_bytes"));
  item.info.source = "/\xFF";
  EXPECT_EQ(to_json(item)["source_bytes"], "2fff");
}

TEST(ItemJson, RefusesBytesThatAreNotHexadecimal) {
  for (const char* bytes : {"2", "2g", "0x2f", "2f "}) {
    EXPECT_THROW(source_of({{"source", "x"}, {"source_bytes", bytes}}), Error) << bytes;
  }
  EXPECT_EQ(source_of(nlohmann::json::object()), "");
}

}  // namespace
}  // namespace simdb
