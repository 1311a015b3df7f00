// The life of an item: keys, metadata, moves and pages.
#include <gmock/gmock.h>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CliItemsTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    ASSERT_EQ(simdb({"add", "red", "shapes/red", "--meta", "price=1.5", "--meta", "note=a b"}).code,
              0);
    ASSERT_EQ(simdb({"add", "blue", "shapes/blue"}).code, 0);
  }
  std::vector<Json> ls(std::vector<std::string> args) const {
    args.insert(args.begin(), {"ls", "--json"});
    return json_lines(simdb(std::move(args)).out);
  }
};

TEST_F(CliItemsTest, MetadataAreSetShownAndAskedFor) {
  EXPECT_EQ(ls({}).at(0).at("metadata"), Json::parse(R"({"note": "a b", "price": 1.5})"));
  EXPECT_FALSE(ls({"blue"}).at(0).contains("metadata"));
  ASSERT_EQ(simdb({"set", "1", "2", "price=3", "sold=true", "--unset", "note"}).code, 0);
  EXPECT_EQ(ls({"--where", "price>2"}).size(), 2U);
  EXPECT_EQ(ls({"--where", "price>2", "--where", "sold=false"}).size(), 0U);
  EXPECT_EQ(ls({"--where", "price<=1.5", "--class", "red", "--class", "blue"}).size(), 10U);
  const auto counts = json_lines(simdb({"classes", "--by", "price", "--json"}).out);
  EXPECT_EQ(counts.at(0), Json::parse(R"({"value": 1.5, "items": 10})"));
  EXPECT_EQ(counts.at(1), Json::parse(R"({"value": 3, "items": 2})"));
  const auto answer = json_lines(
      simdb({"query", "shapes/red/circle_red_2.png", "--where", "sold=true", "--json"}).out);
  EXPECT_EQ(answer.at(0).at("neighbors").size(), 2U);
  EXPECT_EQ(answer.at(0).at("neighbors").at(0).at("metadata").at("price"), 3);
}

TEST_F(CliItemsTest, ItemsMoveAndClassesAreRenamedAndMerged) {
  EXPECT_EQ(simdb({"mv", "1", "2", "green"}).out, "moved 2 items to green\n");
  EXPECT_EQ(simdb({"mv", "--class", "green", "azure"}).code, 0);
  EXPECT_EQ(simdb({"mv", "--class", "azure", "blue"}).code, 0);
  EXPECT_EQ(ls({"blue"}).size(), 14U);
  EXPECT_EQ(ls({"blue"}).at(0).at("id"), 1);
  EXPECT_TRUE(ls({"blue"}).at(0).contains("changed"));
  const ProcessResult unknown = simdb({"mv", "--class", "green", "x"});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("there is no class 'green'"));
  EXPECT_EQ(simdb({"mv", "1", "99", "x"}).code, 3);
  EXPECT_EQ(simdb({"mv", "1", "a\nb"}).code, 4);
  EXPECT_EQ(simdb({"mv", "x", "y"}).code, 2);
  EXPECT_EQ(ls({"blue"}).size(), 14U);
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(CliItemsTest, AnImageWithAKeyTakesThePlaceOfTheOneBefore) {
  const auto add = [&](const std::string& image) {
    return json_lines(simdb({"add", "red", "shapes/red/" + image, "--key", "k", "--json"}).out)
        .at(0);
  };
  const Json first = add("circle_red_0.png");
  EXPECT_EQ(add("circle_red_0.png").at("id"), first.at("id"));
  const Json second = add("circle_red_1.png");
  EXPECT_NE(second.at("id"), first.at("id"));
  EXPECT_EQ(items(), 25U);
  EXPECT_EQ(simdb({"set", "1", "--key", "k"}).code, 2);
  EXPECT_EQ(simdb({"set", second.at("id").dump(), "--key", ""}).code, 0);
  EXPECT_EQ(simdb({"set", "1", "--key", "k"}).code, 0);
  EXPECT_EQ(simdb({"add", "red", "shapes/red", "--key", "k"}).code, 2);
}

TEST_F(CliItemsTest, AFileThatMovedIsTheSameItem) {
  std::filesystem::rename(path("shapes/red"), path("shapes/crimson"));
  const ProcessResult moved = simdb({"add", "red", "shapes/crimson"});
  EXPECT_EQ(moved.out, "added 0 images, 12 were there already (12 of them updated)\n");
  EXPECT_THAT(ls({"red"}).at(0).at("source").get<std::string>(), HasSubstr("crimson"));
  EXPECT_EQ(items(), 24U);
}

TEST_F(CliItemsTest, AFileTellsKeysAndMetadataOfImages) {
  write("m.jsonl", std::string(R"({"path": "shapes/green/circle_green_0.png", "key": "g0", "n": 1})"
                               "\n"
                               R"({"path": "nowhere.png", "n": 2})"
                               "\n"));
  const ProcessResult added = simdb({"add", "green", "shapes/green", "--meta-file", "m.jsonl"});
  EXPECT_EQ(added.code, 0);
  EXPECT_THAT(added.err, HasSubstr("1 line of m.jsonl names no image"));
  const auto found = ls({"--where", "n=1"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("key"), "g0");
  write("m.jsonl", std::string(R"({"path": "a.png", "n": [1]})"));
  EXPECT_EQ(simdb({"add", "x", "shapes/green", "--meta-file", "m.jsonl"}).code, 4);
}

TEST_F(CliItemsTest, PagesBeginAfterAnId) {
  EXPECT_EQ(ls({"--after", "3", "--limit", "2"}).at(0).at("id"), 4);
  EXPECT_EQ(ls({"--after", "3", "--limit", "2"}).size(), 2U);
  EXPECT_EQ(ls({"--after", "3", "--limit", "2", "blue"}).at(0).at("id"), 13);
  EXPECT_TRUE(ls({"--limit", "0"}).empty());
  EXPECT_TRUE(ls({"--after", "24"}).empty());
}

TEST_F(CliItemsTest, KeysAndMetadataTravelWithExportAndBackup) {
  ASSERT_EQ(simdb({"set", "1", "--key", "k1"}).code, 0);
  ASSERT_EQ(simdb({"export", "-o", "items.jsonl"}).code, 0);
  ASSERT_EQ(simdb({"backup", "b"}).code, 0);
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", "imported"}).code, 0);
  ASSERT_EQ(simdb({"import", "items.jsonl", "--db", "imported"}).code, 0);
  ASSERT_EQ(simdb({"restore", "b", "--db", "restored"}).code, 0);
  for (const char* database : {"imported", "restored"}) {
    const auto found = ls({"--db", database, "--where", "price=1.5"});
    EXPECT_EQ(found.size(), 12U);
    EXPECT_EQ(found.at(0).at("key"), "k1");
    EXPECT_EQ(simdb({"verify", "--db", database}).code, 0);
  }
}

TEST_F(CliItemsTest, WhatCanNotBeUsedIsRefused) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"set", "1"},
                                             {"set", "price=1"},
                                             {"set", "x", "a=1"},
                                             {"ls", "--where", "price"},
                                             {"ls", "--where", "=1"},
                                             {"ls", "--after", "-1"},
                                             {"classes", "--where", "a=1"},
                                             {"mv", "--class", "red"},
                                             {"add", "x", "shapes", "--meta", "a"}}) {
    EXPECT_EQ(simdb(args).code, 2) << testing::PrintToString(args);
  }
  EXPECT_EQ(simdb({"set", "1", "a\nb=1"}).code, 4);
  EXPECT_EQ(simdb({"add", "x", "shapes", "--meta", "a\nb=1"}).code, 4);
  EXPECT_EQ(simdb({"set", "99", "a=1"}).code, 3);
  EXPECT_EQ(simdb({"ls", "--class", "none"}).code, 3);
}

}  // namespace
}  // namespace simdb::test
