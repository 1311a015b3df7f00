// The everyday life of a database, through the real binary.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(CliTest, AddsByFolderAndFindsEveryImageAgain) {
  const ProcessResult added = simdb({"add", "--by-folder", "shapes"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(added.out, "added 36 images\n");

  const ProcessResult found = simdb({"query", "shapes", "--json", "-k", "1"});
  ASSERT_EQ(found.code, 0) << found.err;
  const auto lines = json_lines(found.out);
  ASSERT_EQ(lines.size(), 36U);
  for (const auto& line : lines) {
    const std::string folder =
        std::filesystem::path(line["path"].get<std::string>()).parent_path().filename();
    EXPECT_EQ(line["class"], folder);
    EXPECT_TRUE(line["accepted"]);
    EXPECT_NEAR(line["neighbors"][0]["similarity"].get<double>(), 1, 1e-5);
    EXPECT_NEAR(line["confidence"].get<double>(), 1, 1e-9);
    EXPECT_THAT(line["neighbors"][0]["source"].get<std::string>(), StartsWith("/"));
  }
}

TEST_F(CliTest, AddingTheSameFilesAgainAddsNothing) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  EXPECT_EQ(simdb({"add", "--by-folder", "shapes"}).out, "added 0 images, 36 were there already\n");
  EXPECT_EQ(items(), 36U);
}

TEST_F(CliTest, TakesFilesFoldersAndListsOnStdin) {
  const std::string one = path("shapes/red/circle_red_0.png");
  ASSERT_EQ(simdb({"add", "a", one}).code, 0);
  ASSERT_EQ(simdb({"add", "b", "shapes/green"}).code, 0);
  const ProcessResult listed =
      simdb({"add", "c", "-", "--json"},
            {.input = one + "\n" + path("shapes/red/circle_red_1.png") + "\n"});
  ASSERT_EQ(listed.code, 0) << listed.err;
  EXPECT_EQ(json_lines(listed.out).size(), 3U) << "two images and a new class";
  EXPECT_EQ(simdb({"classes"}).out, "       1  a\n      12  b\n       2  c\n");
}

TEST_F(CliTest, QueryAnswersOneImageWithItsNeighbours) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const ProcessResult answer = simdb({"query", "shapes/red/circle_red_0.png"});
  EXPECT_THAT(answer.out, StartsWith("red  "));
  EXPECT_THAT(answer.out, HasSubstr("1.0000"));
  const auto narrowed =
      json_lines(simdb({"query", "shapes/red/circle_red_0.png", "--class", "green", "--json"}).out);
  for (const auto& neighbor : narrowed.at(0)["neighbors"]) EXPECT_EQ(neighbor["class"], "green");
}

TEST_F(CliTest, QueryTakesASimilarityInsteadOfK) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const std::string image = "shapes/red/circle_red_0.png";
  const auto query = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"query", image, "--json"});
    return json_lines(simdb(options).out).at(0);
  };
  const auto all = query({"-k", "1000"});
  EXPECT_EQ(all["neighbors"].size(), items());
  const std::string fifth = all["neighbors"][4]["similarity"].dump();
  const auto within = query({"--within", fifth});
  EXPECT_GE(within["neighbors"].size(), 5U);
  EXPECT_LT(within["neighbors"].size(), items());
}

TEST_F(CliTest, QueryOfAnEmptyDatabaseKnowsNothing) {
  const ProcessResult answer = simdb({"query", "shapes/red/circle_red_0.png", "--json"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const auto line = json_lines(answer.out).at(0);
  EXPECT_TRUE(line["class"].is_null());
  EXPECT_FALSE(line["accepted"]);
  EXPECT_TRUE(line["neighbors"].empty());
}

TEST_F(CliTest, WhatIsThereIsNotDecodedAgain) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  // Decoding it would be refused.
  const ProcessResult again = simdb({"add", "--by-folder", "shapes", "--image-limit", "side=1"});
  EXPECT_EQ(again.out, "added 0 images, 36 were there already\n") << again.err;
  const std::string image = "shapes/red/circle_red_0.png";
  EXPECT_THAT(simdb({"add", "other", image, "--image-limit", "side=1"}).out,
              StartsWith("added 1 image\n"));
  const auto nearest = json_lines(simdb({"query", image, "--class", "other", "--json"}).out).at(0);
  EXPECT_GT(nearest["neighbors"][0]["similarity"], 0.999999);
  EXPECT_THAT(simdb({"verify", "--deep"}).out, StartsWith("sound: 37 items"));
  EXPECT_EQ(simdb({"add", "red", "held_out/red", "--image-limit", "side=1"}).code, 4);
}

TEST_F(CliTest, AFileChangedInPlaceIsNamed) {
  ASSERT_EQ(simdb({"add", "x", "shapes/red"}).code, 0);
  std::filesystem::copy_file(path("shapes/blue/circle_blue_0.png"),
                             path("shapes/red/circle_red_0.png"),
                             std::filesystem::copy_options::overwrite_existing);
  const auto old = json_lines(simdb({"ls", "--json"}).out).at(0);
  ASSERT_THAT(old["source"].get<std::string>(), testing::EndsWith("/circle_red_0.png"));
  const ProcessResult changed = simdb({"add", "x", "shapes/red"});
  EXPECT_EQ(changed.code, 0);
  EXPECT_THAT(changed.out, StartsWith("added 1 image"));
  EXPECT_THAT(changed.err, HasSubstr("to remove it: simdb rm " + old["id"].dump() + "\n"));
  EXPECT_EQ(simdb({"add", "x", "shapes/red"}).err, "");
  EXPECT_EQ(simdb({"add", "y", "shapes/red", "--on-duplicate", "add"}).err, "") << "another class";
}

TEST_F(CliTest, ReindexSavesAnIndexThatLaterCommandsUse) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const std::vector<std::string> question = {"query", "shapes/red/circle_red_0.png"};
  const std::string answer = simdb(question).out;
  const ProcessResult done = simdb({"reindex"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("indexed 36 items in "));
  const std::filesystem::path snapshot = path("db/index.snapshot");
  EXPECT_EQ(json_lines(simdb({"reindex", "--json"}).out).at(0)["snapshot_bytes"],
            std::filesystem::file_size(snapshot));
  EXPECT_EQ(simdb(question).out, answer);
  EXPECT_THAT(simdb({"verify"}).out, StartsWith("sound: 36 items"));
  std::filesystem::resize_file(snapshot, 200);
  EXPECT_EQ(simdb(question).out, answer);
  const ProcessResult verified = simdb({"verify"});
  EXPECT_EQ(verified.code, 5);
  EXPECT_THAT(verified.out, HasSubstr("index.snapshot"));
  EXPECT_EQ(simdb({"reindex"}).code, 0);
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(CliTest, RemovesItemsAndClasses) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  EXPECT_EQ(simdb({"rm", "1", "2"}).out, "removed 2 items\n");
  EXPECT_EQ(simdb({"rm", "--class", "red"}).out, "removed 12 items\n");
  EXPECT_EQ(items(), 22U);
  EXPECT_THAT(simdb({"verify"}).out, StartsWith("sound: 22 items"));
  // Ids are never used again.
  const auto added = json_lines(simdb({"add", "red", "shapes/red/circle_red_0.png", "--json"}).out);
  EXPECT_EQ(added.at(0)["id"], 37);
}

TEST_F(CliTest, CompactLeavesNothingOfWhatWasRemoved) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const std::string key = "unmistakable-7351";
  ASSERT_EQ(simdb({"add", "red", "shapes/red/circle_red_0.png", "--key", key}).code, 0);
  ASSERT_EQ(simdb({"reindex"}).code, 0);
  ASSERT_EQ(simdb({"rm", "--class", "red"}).code, 0);
  const auto holds = [&](const std::string& text) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path("db"))) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  };
  ASSERT_TRUE(holds(key));
  const ProcessResult done = simdb({"compact"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("compacted: "));
  EXPECT_FALSE(holds(key));
  EXPECT_EQ(items(), 24U);
  EXPECT_THAT(simdb({"verify"}).out, StartsWith("sound: 24 items"));
  const auto again = json_lines(simdb({"compact", "--json"}).out).at(0);
  EXPECT_GT(again["bytes"], 0);
  EXPECT_EQ(simdb({"compact", "all"}).code, 2);
}

TEST_F(CliTest, CompareAndEmbedAgree) {
  const std::string a = path("shapes/red/circle_red_0.png");
  const std::string b = path("held_out/blue/triangle_blue_1.png");
  const ProcessResult embedded = simdb({"embed", a, b});
  ASSERT_EQ(embedded.code, 0) << embedded.err;
  const auto lines = json_lines(embedded.out);
  double dot = 0;
  double length = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    dot += lines[0]["vector"][i].get<double>() * lines[1]["vector"][i].get<double>();
    length += lines[0]["vector"][i].get<double>() * lines[0]["vector"][i].get<double>();
  }
  EXPECT_NEAR(length, 1, 1e-5);
  const auto compared = json_lines(simdb({"compare", a, b, "--json"}).out).at(0);
  EXPECT_NEAR(compared["similarity"].get<double>(), dot, 1e-6);
  EXPECT_EQ(simdb({"compare", a, a}).out, "1.0000\n");
  EXPECT_EQ(simdb({"compare", a, b, "--encoder", "net.onnx", "--json"},
                  {.environment = {{"SIMDB_DB", "/nowhere"}}})
                .out,
            simdb({"compare", a, b, "--json"}).out);
}

TEST_F(CliTest, EmbedWritesNumpy) {
  ASSERT_EQ(simdb({"embed", "shapes", "-o", "vectors.npy"}).code, 0);
  EXPECT_EQ(std::filesystem::file_size(path("vectors.npy")) % 64, 36 * 16 * 4 % 64);
  std::ifstream file(path("vectors.npy"), std::ios::binary);
  std::string start(128, '\0');
  file.read(start.data(), 128);
  EXPECT_THAT(start, StartsWith("\x93NUMPY"));
  EXPECT_THAT(start, HasSubstr("(36, 16)"));
}

TEST_F(CliTest, ExportAndImportKeepEveryVector) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  ASSERT_EQ(simdb({"export", "-o", "all.jsonl"}).code, 0);
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", "copy"}).code, 0);
  EXPECT_EQ(simdb({"import", "all.jsonl", "--db", "copy"}).out, "imported 36 items\n");
  EXPECT_EQ(simdb({"import", "all.jsonl", "--db", "copy"}).out,
            "imported 0 items, 36 were there already\n");
  const auto vectors = [&](const std::string& database) {
    std::multiset<std::string> result;
    for (const auto& line : json_lines(simdb({"export", "--db", database}).out)) {
      if (line.contains("vector"))
        result.insert(line["class"].get<std::string>() + line["vector"].dump());
    }
    return result;
  };
  EXPECT_EQ(vectors("copy"), vectors("db"));
  EXPECT_EQ(simdb({"query", "held_out", "--json", "--db", "copy"}).out,
            simdb({"query", "held_out", "--json"}).out);
}

TEST_F(CliTest, EvalReportsMeasuresAndWritesThePage) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const ProcessResult result = simdb({"eval", "held_out", "--json", "--report", "report.html"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto line = json_lines(result.out).at(0);
  EXPECT_EQ(line["images"], 18);
  EXPECT_EQ(line["classes"].size(), 3U);
  std::size_t diagonal = 0;
  std::size_t total = 0;
  for (const auto& [truth, row] : line["confusion"].items()) {
    for (const auto& [predicted, count] : row.items()) {
      total += count.get<std::size_t>();
      if (truth == predicted) diagonal += count.get<std::size_t>();
    }
  }
  EXPECT_EQ(total, 18U);
  EXPECT_DOUBLE_EQ(line["accuracy"], static_cast<double>(diagonal) / 18);
  EXPECT_GE(line["recall_at_1"], line["map_at_r"]);
  EXPECT_GT(std::filesystem::file_size(path("report.html")), 10000U);
}

TEST_F(CliTest, EvalOfTheGalleryItselfIsPerfect) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const auto line = json_lines(simdb({"eval", "shapes", "--json", "-k", "1"}).out).at(0);
  EXPECT_EQ(line["accuracy"], 1.0);
  EXPECT_EQ(line["recall_at_1"], 1.0);
}

TEST_F(CliTest, EvalNeedsNoDatabaseButAnEncoder) {
  const ProcessResult result =
      simdb({"eval", "shapes", "--encoder", "net.onnx", "--json", "--ways", "3", "--shots", "2",
             "--episodes", "20", "--open-set", "held_out", "--report", "report.html"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto line = json_lines(result.out).at(0);
  EXPECT_EQ(line["images"], 36);
  EXPECT_GE(line["recall_at_5"], line["recall_at_1"]);
  EXPECT_EQ(line["episodes"]["ways"], 3);
  EXPECT_EQ(line["episodes"]["shots"], 2);
  EXPECT_EQ(line["episodes"]["episodes"], 20);
  EXPECT_GT(line["episodes"]["accuracy"], 0.1);
  EXPECT_GT(line["episodes"]["interval95"], 0);
  EXPECT_GT(line["auroc"], 0.2);
  EXPECT_LT(line["auroc"], 0.9);
  EXPECT_GT(std::filesystem::file_size(path("report.html")), 10000U);
  EXPECT_EQ(items(), 0U);

  EXPECT_EQ(simdb({"eval", "shapes", "--encoder", "net.onnx", "--db", "db"}).code, 2);
  EXPECT_EQ(simdb({"eval", "shapes", "--encoder", "net.onnx", "--shots", "2"}).code, 2);
  EXPECT_EQ(simdb({"eval", "shapes", "--encoder", "net.onnx", "--ways", "9"}).code, 4);
  EXPECT_EQ(simdb({"eval", "shapes", "--encoder", "net.onnx", "--within-parents"}).code, 2);
  for (const char* wrong : {"--ways=-1", "--ways=1", "--ways=0"}) {
    EXPECT_EQ(simdb({"eval", "shapes", "--encoder", "net.onnx", wrong}).code, 2) << wrong;
  }
  const ProcessResult flat =
      simdb({"eval", "shapes", "--encoder", "net.onnx", "--ways", "2", "--within-parents"});
  EXPECT_EQ(flat.code, 4);
  EXPECT_NE(flat.err.find("no parents"), std::string::npos) << flat.err;
}

TEST_F(CliTest, NestedFoldersAreClassesOfTheirOwn) {
  std::filesystem::create_directories(path("nested/one"));
  std::filesystem::create_directories(path("nested/two"));
  std::filesystem::rename(path("shapes/red"), path("nested/one/red"));
  std::filesystem::rename(path("shapes/blue"), path("nested/two/blue"));
  ASSERT_EQ(simdb({"add", "--by-folder", "nested"}).code, 0);
  std::vector<std::string> names;
  for (const auto& line : json_lines(simdb({"classes", "--json"}).out))
    names.push_back(line["class"]);
  EXPECT_EQ(names, (std::vector<std::string>{"one/red", "two/blue"}));
  EXPECT_EQ(simdb({"eval", "nested", "-k", "1"}).out.find("100.0 %") != std::string::npos, true);
  std::filesystem::rename(path("shapes/green"), path("nested/one/green"));
  ASSERT_EQ(simdb({"add", "--by-folder", "nested"}).code, 0);
  const auto episodes = json_lines(
      simdb({"eval", "nested", "--json", "--ways", "2", "--episodes", "9", "--within-parents"})
          .out);
  EXPECT_EQ(episodes.at(0)["episodes"]["support"], "database");
  EXPECT_EQ(episodes.at(0)["episodes"]["parents"], 1);
  EXPECT_EQ(episodes.at(0)["episodes"]["parents_in_all"], 2);
  ASSERT_EQ(simdb({"add", "--by-folder", "nested", "--classes", "top"}).code, 0);
  EXPECT_EQ(json_lines(simdb({"classes", "--json"}).out).size(), 5U);
}

TEST_F(CliTest, FindsTheDatabaseInAParentFolder) {
  const ProcessOptions here{.environment = {{"SIMDB_DB", ""}}};
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx"}, here).code, 0);
  EXPECT_TRUE(std::filesystem::exists(path(".simdb")));
  const ProcessOptions below{.folder = folder_ / "shapes/red", .environment = {{"SIMDB_DB", ""}}};
  ASSERT_EQ(simdb({"add", "red", "circle_red_0.png"}, below).code, 0);
  EXPECT_EQ(json_lines(simdb({"stats", "--json"}, here).out).at(0)["items"], 1);
}

TEST_F(CliTest, EveryCommandHasAHelpPageThatFitsAScreen) {
  const std::string overview = simdb({"--help"}).out;
  for (const std::string command :
       {"sample-data", "init",    "encoders",   "add",   "duplicates", "review",  "calibrate",
        "query",       "compare", "embed",      "eval",  "ls",         "classes", "stats",
        "set",         "mv",      "rm",         "watch", "tune",       "verify",  "reindex",
        "export",      "import",  "completion", "copy"}) {
    EXPECT_THAT(overview, HasSubstr("  " + command + " "));
    const ProcessResult help = simdb({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, StartsWith("usage: simdb " + command));
    EXPECT_LE(std::count(help.out.begin(), help.out.end(), '\n'), 24) << command;
  }
}

}  // namespace
}  // namespace simdb::test
