// What `add` tells of a new class, and trying it without adding.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "tests/integration/cli_fixture.h"
#include "tests/support/images.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

using CliAddTest = CliTest;

TEST_F(CliAddTest, OfANewClassItsEffectIsTold) {
  EXPECT_EQ(simdb({"add", "red", "shapes/red"}).out, "added 12 images\n") << "nothing to affect";
  const std::string out = simdb({"add", "blue", "shapes/blue"}).out;
  EXPECT_THAT(out, StartsWith("added 12 images\nnew class 'blue': 12 images, "));
  EXPECT_THAT(out, HasSubstr("most alike is 'red', similarity 0."));
  EXPECT_THAT(out, HasSubstr("7 more images are needed before its own can tell strangers"));
  EXPECT_EQ(simdb({"add", "blue", "held_out/blue"}).out, "added 6 images\n") << "it is known";
  const auto lines = json_lines(simdb({"add", "green", "shapes/green", "--json"}).out);
  ASSERT_EQ(lines.size(), 13U);
  EXPECT_EQ(lines[12].at("new_class"), "green");
}

TEST_F(CliAddTest, ADryRunTellsTheSameAndAddsNothing) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red"}).code, 0);
  write("bad.png", std::string("no picture"));
  const std::vector<std::string> images = {"blue", "shapes/blue", "bad.png"};
  std::vector<std::string> args = {"add", "--dry-run"};
  args.insert(args.end(), images.begin(), images.end());
  const ProcessResult tried = simdb(args);
  EXPECT_EQ(tried.code, 4);
  EXPECT_THAT(tried.err, HasSubstr("bad.png"));
  EXPECT_THAT(tried.out, StartsWith("would add 12 images, 1 could not be used\nnew class 'blue'"));
  args.push_back("--json");
  const auto lines = json_lines(simdb(args).out);
  ASSERT_EQ(lines.size(), 13U);
  EXPECT_EQ(lines[0].at("id"), nullptr);
  EXPECT_EQ(lines[0].at("added"), true);
  const Json& effect = lines[12];
  EXPECT_EQ(effect.at("new_class"), "blue");
  EXPECT_EQ(effect.at("asked"), 12);
  EXPECT_EQ(effect.at("most_alike"), "red");
  EXPECT_EQ(effect.at("affected").size(), effect.at("affected_items"));
  EXPECT_EQ(items(), 12U);
  args = {"add"};
  args.insert(args.end(), images.begin(), images.end());
  const std::string told = tried.out.substr(tried.out.find('\n'));
  const std::string done = simdb(args).out;
  EXPECT_EQ(done.substr(done.find('\n')), told);
}

TEST_F(CliAddTest, ADryRunKnowsWhatIsThere) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red"}).code, 0);
  EXPECT_EQ(simdb({"add", "--dry-run", "red", "shapes/red", "held_out/red"}).out,
            "would add 6 images, 12 were there already\n");
  EXPECT_EQ(simdb({"add", "--dry-run", "red", "held_out/red", "held_out/red"}).out,
            "would add 6 images, 6 were there already\n");
  const ProcessResult other = simdb({"add", "--dry-run", "blue", "shapes/red"});
  EXPECT_THAT(other.err, HasSubstr("of class 'red' already"));
  EXPECT_THAT(other.out, StartsWith("would add 12 images\nnew class 'blue'"));
  EXPECT_EQ(simdb({"add", "--dry-run", "--on-duplicate", "skip", "blue", "shapes/red"}).out,
            "would add 0 images, 12 left out\n");
  EXPECT_EQ(items(), 12U);
}

TEST_F(CliAddTest, ADryRunNeedsNoLockAndWorksInAnEmptyDatabase) {
  const ProcessResult result = simdb({"add", "--dry-run", "--by-folder", "shapes"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("new class 'red': 12 images, "));
  EXPECT_THAT(result.out, Not(HasSubstr("there is no other class")));
  EXPECT_EQ(items(), 0U);
}

TEST_F(CliAddTest, AnotherFileWithThePixelsOfAnItemIsLeftOutOfItsClassAndToldInAnother) {
  const Image picture = natural_image(90, 1);
  write("a.png", encode_as(picture, ".png"));
  write("b.png", with_png_chunk(encode_as(picture, ".png"), "tEXt", to_bytes("Comment\0b")));
  write("c.bmp", encode_as(picture, ".bmp"));
  write("d.png", encode_as(natural_image(90, 2), ".png"));
  ASSERT_EQ(simdb({"add", "x", "a.png"}).code, 0);
  const ProcessResult own = simdb({"add", "x", "b.png", "c.bmp", "d.png"});
  EXPECT_EQ(own.code, 0);
  EXPECT_EQ(own.out, "added 1 image, 2 left out\n");
  EXPECT_EQ(
      own.err,
      "simdb: b.png is another file with the pixels of item 1 of class 'x'; left out of 'x'\n"
      "simdb: c.bmp is another file with the pixels of item 1 of class 'x'; left out of 'x'\n");
  const ProcessResult other = simdb({"add", "y", "b.png", "c.bmp", "--json"});
  EXPECT_EQ(other.code, 0);
  EXPECT_THAT(other.err, HasSubstr("b.png is another file with the pixels of item 1 of class 'x'; "
                                   "added to 'y'\n"));
  auto lines = json_lines(other.out);
  EXPECT_EQ(lines.at(0).at("added"), true);
  EXPECT_EQ(lines[0].at("duplicate_of"), (Json{{"id", 1}, {"class", "x"}, {"same", "pixels"}}));
  EXPECT_EQ(lines.at(1).at("added"), false);
  EXPECT_EQ(lines[1].at("id"), nullptr);
  EXPECT_EQ(lines[1].at("duplicate_of").at("id"), lines[0].at("id"));
  const ProcessResult refused = simdb({"add", "z", "b.png", "--on-duplicate", "refuse"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("'z': the same file is item 3 of class 'y'"));
  EXPECT_EQ(simdb({"add", "x", "c.bmp", "--on-duplicate", "add"}).out, "added 1 image\n");
  EXPECT_EQ(items(), 4U);
}

TEST_F(CliAddTest, ADryRunNamesTheFileThatAnotherOneIsACopyOf) {
  const auto png = encode_as(natural_image(90, 1), ".png");
  write("a.png", png);
  write("b.png", with_png_chunk(png, "tEXt", to_bytes("Comment\0b")));
  const ProcessResult tried = simdb({"add", "--dry-run", "x", "a.png", "b.png", "--json"});
  EXPECT_EQ(tried.err,
            "simdb: b.png is another file with the pixels of a.png of class 'x'; left out of 'x'\n"
            "would add 1 image, 1 left out\n");
  EXPECT_EQ(json_lines(tried.out).at(1).at("duplicate_of").at("id"), nullptr);
}

TEST_F(CliAddTest, OfManyDuplicatesTheFirstAreNamed) {
  ASSERT_EQ(simdb({"sample-data", "many", "--count", "8"}).code, 0);
  ASSERT_EQ(simdb({"add", "one", "many"}).code, 0);
  const ProcessResult result = simdb({"add", "two", "many", "--json"});
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 22);
  EXPECT_THAT(result.err, HasSubstr("simdb: and 52 more duplicates; --json names all\n"));
  const auto lines = json_lines(result.out);
  EXPECT_EQ(std::ranges::count_if(lines,
                                  [](const Json& line) {
                                    return line.contains("duplicate_of") &&
                                           line["duplicate_of"]["same"] == "file";
                                  }),
            72);
}

}  // namespace
}  // namespace simdb::test
