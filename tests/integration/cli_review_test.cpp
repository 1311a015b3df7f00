// Labels that are in doubt.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class CliReviewTest : public CliTest {
 protected:
  // Vectors of a plane: two classes, item 5 of a among b, and a class of one.
  void SetUp() override {
    CliTest::SetUp();
    std::string lines;
    for (const char* line :
         {R"({"simdb_export": 1, "space": "s", "dimension": 2})",
          R"({"class": "a", "vector": [1, 0]})", R"({"class": "a", "vector": [1, 0.01]})",
          R"({"class": "a", "vector": [1, 0.02]})", R"({"class": "a", "vector": [1, 0.03]})",
          R"({"class": "a", "vector": [0.02, 1]})", R"({"class": "b b", "vector": [0, 1]})",
          R"({"class": "b b", "vector": [0.01, 1]})", R"({"class": "b b", "vector": [0.03, 1]})",
          R"({"class": "b b", "vector": [0.04, 1]})", R"({"class": "one", "vector": [-1, 0]})"}) {
      lines += std::string(line) + "\n";
    }
    write("v.jsonl", lines);
    ASSERT_EQ(simdb({"init", "--space", "s", "--dimension", "2", "--db", "v"}).code, 0);
    ASSERT_EQ(simdb({"import", "v.jsonl", "--db", "v"}).code, 0);
  }
  std::vector<Json> review(const std::string& database = "v") const {
    return json_lines(simdb({"review", "-k", "3", "--json", "--db", database}).out);
  }
};

TEST_F(CliReviewTest, ListsWhatTheNeighboursContradictWithTheNextSteps) {
  const auto lines = review();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("id"), 5);
  EXPECT_EQ(lines[0].at("other"), "b b");
  EXPECT_EQ(lines[0].at("sure"), true);
  EXPECT_EQ(lines[0].at("neighbors").size(), 3U);
  const std::string text = simdb({"review", "-k", "3", "--db", "v"}).out;
  EXPECT_THAT(text, HasSubstr("simdb mv 5 'b b'  |  simdb rm 5  |  simdb review --keep 5\n"));
  EXPECT_THAT(text, HasSubstr("1 of 9 judged items in doubt; not judged, for fewer than 3 items: "
                              "one\n"));
  EXPECT_EQ(simdb({"review", "-k", "3", "--json", "--limit", "0", "--db", "v"}).out, "");
  EXPECT_EQ(simdb({"review", "-k", "3", "--json", "--class", "b b", "--db", "v"}).out, "");
}

TEST_F(CliReviewTest, WhatIsKeptStaysSoInBackupsAndExportsUntilItMoves) {
  EXPECT_EQ(simdb({"review", "--keep", "5", "--db", "v"}).out, "kept 1 item\n");
  EXPECT_TRUE(review().empty());
  EXPECT_THAT(simdb({"review", "-k", "3", "--db", "v"}).out, HasSubstr("; 1 more were kept"));
  ASSERT_EQ(simdb({"backup", "b", "--db", "v"}).code, 0);
  ASSERT_EQ(simdb({"restore", "b", "--db", "restored"}).code, 0);
  ASSERT_EQ(simdb({"export", "-o", "e.jsonl", "--db", "v"}).code, 0);
  ASSERT_EQ(simdb({"init", "--space", "s", "--dimension", "2", "--db", "imported"}).code, 0);
  ASSERT_EQ(simdb({"import", "e.jsonl", "--db", "imported"}).code, 0);
  EXPECT_TRUE(review("restored").empty());
  EXPECT_TRUE(review("imported").empty());
  ASSERT_EQ(simdb({"mv", "5", "c", "--db", "v"}).code, 0);
  ASSERT_EQ(simdb({"mv", "--class", "one", "c", "--db", "v"}).code, 0);
  ASSERT_EQ(simdb({"mv", "1", "c", "--db", "v"}).code, 0);
  EXPECT_FALSE(review().empty());  // the verdict was on class a
}

TEST_F(CliReviewTest, TheSameFileInTwoClassesIsListedFirst) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red/circle_red_0.png"}).code, 0);
  ASSERT_EQ(simdb({"add", "blue", "shapes/red/circle_red_0.png"}).code, 0);
  const ProcessResult result = simdb({"review"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("the same file is in another class as item 2\n"));
  EXPECT_THAT(simdb({"review", "--report", "page.html"}).err, HasSubstr("wrote page.html"));
  std::ifstream file(path("page.html"));
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(page, HasSubstr("<code>simdb review --keep 1</code>"));
  EXPECT_THAT(page, HasSubstr("data:image/"));
  EXPECT_EQ(json_lines(simdb({"review", "--json"}).out).at(0).at("same_file"), Json({2}));
}

TEST_F(CliReviewTest, AnEmptyDatabaseHasNothingInDoubt) {
  EXPECT_EQ(simdb({"review"}).out, "0 of 0 judged items in doubt\n");
}

TEST_F(CliReviewTest, NamesAreHarmless) {
  ASSERT_EQ(simdb({"mv", "--class", "b b", "\xE2\x80\xAE", "--db", "v"}).code, 0);
  const std::string text = simdb({"review", "-k", "3", "--db", "v"}).out;
  EXPECT_THAT(text, HasSubstr("simdb mv 5 CLASS"));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
}

TEST_F(CliReviewTest, WrongInputIsRefused) {
  EXPECT_EQ(simdb({"review", "5"}).code, 2);
  EXPECT_EQ(simdb({"review", "-k", "0"}).code, 2);
  EXPECT_EQ(simdb({"review", "--keep"}).code, 2);
  EXPECT_EQ(simdb({"review", "--keep", "x"}).code, 2);
  EXPECT_EQ(simdb({"review", "--keep", "1", "--class", "a"}).code, 2);
  EXPECT_EQ(simdb({"review", "--keep", "5", "99", "--db", "v"}).code, 3);
  EXPECT_EQ(simdb({"review", "--class", "none"}).code, 3);
  EXPECT_EQ(review().size(), 1U);  // nothing was kept
}

}  // namespace
}  // namespace simdb::test
