// Finding the same picture stored twice.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/integration/cli_fixture.h"
#include "tests/support/images.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CliDuplicatesTest : public CliTest {
 protected:
  // The same picture as two files in three classes, and a picture of its own.
  void add_pictures() const {
    const Image picture = natural_image(60, 1);
    for (const char* folder : {"p/a", "p/b", "p/c", "p/d"}) {
      std::filesystem::create_directories(path(folder));
    }
    write("p/a/x.png", encode_as(picture, ".png"));
    write("p/b/x.png", encode_as(picture, ".png"));
    write("p/c/x.png", with_png_chunk(encode_as(picture, ".png"), "tEXt", to_bytes("Comment\0a")));
    write("p/d/y.png", encode_as(natural_image(60, 2), ".png"));
    write("p/d/y.jpg", encode_as(natural_image(60, 2), ".jpg"));
    ASSERT_EQ(simdb({"add", "--by-folder", "p"}).code, 0);
  }
};

TEST_F(CliDuplicatesTest, AnEmptyDatabaseHasNone) {
  const ProcessResult result = simdb({"duplicates"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "no duplicates\n");
  EXPECT_EQ(simdb({"duplicates", "--json"}).out, "");
}

TEST_F(CliDuplicatesTest, ConflictsComeFirstThenCopiesInAClass) {
  add_pictures();
  const auto groups = json_lines(simdb({"duplicates", "--json"}).out);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].at("conflict"), true);
  EXPECT_EQ(groups[0].at("same"), "pixels");
  ASSERT_EQ(groups[0].at("items").size(), 3U);
  EXPECT_EQ(groups[0].at("items")[1].at("same"), "file");
  EXPECT_EQ(groups[0].at("items")[2].at("same"), "pixels");
  EXPECT_EQ(groups[0].at("items")[2].at("class"), "c");
  EXPECT_EQ(groups[1].at("conflict"), false);
  EXPECT_EQ(groups[1].at("same"), "near");
  EXPECT_GT(groups[1].at("items")[1].at("look").get<double>(), 0.9975);
  const std::string text = simdb({"duplicates"}).out;
  EXPECT_THAT(text, HasSubstr("conflict: the same pixels, 3 items"));
  EXPECT_THAT(text, HasSubstr("5 items in 2 groups, 1 of several classes; near: thumbnails of a "
                              "similarity of 0.9975 and more\n"));
  EXPECT_EQ(json_lines(simdb({"duplicates", "--json", "--exact"}).out).size(), 1U);
  EXPECT_EQ(json_lines(simdb({"duplicates", "--json", "--class", "d"}).out).size(), 1U);
  EXPECT_EQ(json_lines(simdb({"duplicates", "--json", "--threshold", "1"}).out).size(), 1U);
}

TEST_F(CliDuplicatesTest, AReportShowsBothPictures) {
  add_pictures();
  const ProcessResult result = simdb({"duplicates", "--report", "page.html"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("wrote page.html"));
  std::ifstream file(path("page.html"));
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(page, HasSubstr("conflict: the same pixels, 3 items"));
  EXPECT_THAT(page, HasSubstr("data:image/"));
  EXPECT_EQ(simdb({"duplicates", "--report", "db/page.html"}).code, 2);
  EXPECT_EQ(simdb({"duplicates", "--report", "none/page.html"}).code, 6);
}

TEST_F(CliDuplicatesTest, AnAddTellsOfFilesOfOtherClasses) {
  const std::string file = "shapes/red/circle_red_0.png";
  ASSERT_EQ(simdb({"add", "red", file}).code, 0);
  const ProcessResult warned = simdb({"add", "blue", file});
  EXPECT_EQ(warned.code, 0);
  EXPECT_THAT(warned.err, HasSubstr(file + " is item 1 of class 'red' already; added to 'blue'"));
  const ProcessResult skipped = simdb({"add", "green", file, "--on-duplicate", "skip"});
  EXPECT_EQ(skipped.code, 0);
  EXPECT_THAT(skipped.err, HasSubstr("left out of 'green'"));
  EXPECT_EQ(skipped.out, "added 0 images, 1 left out\n");
  const ProcessResult refused =
      simdb({"add", "green", file, "shapes/green", "--on-duplicate=refuse"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("the same file is item 1 of class 'red'"));
  EXPECT_THAT(refused.out, testing::StartsWith("added 12 images, 1 could not be used\nnew class"));
  EXPECT_EQ(simdb({"add", "green", file, "--on-duplicate", "add"}).err, "");
  EXPECT_EQ(simdb({"add", "green", file, "--on-duplicate", "maybe"}).code, 2);
  EXPECT_EQ(items(), 15U);
}

TEST_F(CliDuplicatesTest, NamesAreHarmless) {
  write("a.png", encode_as(natural_image(30, 1), ".png"));
  ASSERT_EQ(simdb({"add",
                   "\xE2\x80\xAE"
                   "a",
                   "a.png"})
                .code,
            0);
  ASSERT_EQ(simdb({"add", "b", "a.png"}).code, 0);
  const ProcessResult result = simdb({"duplicates"});
  EXPECT_THAT(result.out, HasSubstr("\\xe2\\x80\\xaea"));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("\xE2\x80\xAE")));
}

TEST_F(CliDuplicatesTest, VectorsFromElsewhereAreCompared) {
  write("v.jsonl", std::string(R"({"simdb_export": 1, "space": "s", "dimension": 2})"
                               "\n"
                               R"({"class": "a", "vector": [1, 0]})"
                               "\n"
                               R"({"class": "a", "vector": [0, 1]})"
                               "\n"
                               R"({"class": "b", "vector": [1, 0.001]})"
                               "\n"));
  ASSERT_EQ(simdb({"init", "--space", "s", "--dimension", "2", "--db", "v"}).code, 0);
  ASSERT_EQ(simdb({"import", "v.jsonl", "--db", "v"}).code, 0);
  const ProcessResult result = simdb({"duplicates", "--db", "v", "--threshold", "0.99"});
  EXPECT_THAT(result.out, HasSubstr("conflict: nearly the same picture, 2 items"));
  EXPECT_THAT(result.out, HasSubstr("vectors of a similarity of 0.9900"));
}

TEST_F(CliDuplicatesTest, WrongInputIsRefused) {
  EXPECT_EQ(simdb({"duplicates", "x"}).code, 2);
  EXPECT_EQ(simdb({"duplicates", "--threshold", "2"}).code, 2);
  EXPECT_EQ(simdb({"duplicates", "--threshold", "nan"}).code, 2);
  EXPECT_EQ(simdb({"duplicates", "--threshold", "0.9", "--exact"}).code, 2);
  EXPECT_EQ(simdb({"duplicates", "--class", "none"}).code, 3);
  EXPECT_EQ(simdb({"duplicates", "--db", "nowhere"}).code, 3);
}

}  // namespace
}  // namespace simdb::test
