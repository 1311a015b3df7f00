// Vectors from elsewhere: databases of a space, and queries by vectors.
#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <random>

#include "pipeline/formats/npy.h"
#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// Beside the database of images (db) there is one of vectors of three floats (space).
class CliVectorsTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    const ProcessResult made =
        simdb({"init", "--space", "directions", "--dimension", "3", "--db", "space", "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    write("items.jsonl",
          R"({"simdb_export": 1, "dimension": 3, "space": "directions"}
{"class": "east", "vector": [7, 0, 0], "key": "e", "metadata": {"price": 2}}
{"class": "north", "vector": [0, 1, 0], "key": "n"}
)");
    const ProcessResult imported = in_space({"import", "items.jsonl"});
    ASSERT_EQ(imported.code, 0) << imported.err;
  }
  ProcessResult in_space(std::vector<std::string> args, const std::string& input = "") const {
    args.insert(args.end(), {"--db", "space"});
    return simdb(std::move(args), {.input = input});
  }
};

TEST_F(CliVectorsTest, ASpaceIsShownAndKept) {
  EXPECT_THAT(in_space({"stats"}).out,
              AllOf(HasSubstr("space      directions\n"), HasSubstr("dimension  3\n")));
  EXPECT_EQ(json_lines(in_space({"stats", "--json"}).out).at(0).at("space"), "directions");
  EXPECT_FALSE(json_lines(simdb({"stats", "--json"}).out).at(0).contains("space"));
  EXPECT_EQ(in_space({"verify", "--deep"}).code, 0);
  EXPECT_EQ(in_space({"ls", "--where", "price=2"}).code, 0);
  ASSERT_EQ(in_space({"backup", "file"}).code, 0);
  const ProcessResult restored = simdb({"restore", "file", "--db", "again"});
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(simdb({"export", "--db", "again"}).out, in_space({"export"}).out);
  EXPECT_EQ(in_space({"export", "--npy", "all.npy"}).code, 0);
  EXPECT_EQ(in_space({"export", "--fvecs", "all.fvecs"}).code, 0);
  for (const char* file : {"all.npy", "all.fvecs"}) {
    EXPECT_THAT(in_space({"query", "-k", "1", "--vectors", file}).out,
                AllOf(StartsWith("east"), HasSubstr("north")))
        << file;
  }
}

TEST_F(CliVectorsTest, VectorsAreAskedForAsImagesAre) {
  write("many.jsonl", "[5, 1, 0]\n[0, 0.25, 0]\n[-1, -1, 0]\n");
  const ProcessResult many = in_space({"query", "-k", "1", "--vectors", "many.jsonl"});
  EXPECT_EQ(many.code, 0) << many.err;
  EXPECT_EQ(many.out,
            "east  100.0 %            many.jsonl:0\n"
            "north  100.0 %           many.jsonl:1\n"
            "unknown (nearest class east, similarity -0.707) many.jsonl:2\n");
  const auto lines = json_lines(in_space({"query", "--json", "--vectors", "many.jsonl"}).out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].at("path"), "many.jsonl:1");
  EXPECT_EQ(lines[1].at("class"), "north");
  EXPECT_EQ(lines[0].at("neighbors").at(0).at("key"), "e");
  EXPECT_EQ(lines[0].at("neighbors").at(0).at("metadata").at("price"), 2);
  EXPECT_FALSE(lines[2].at("accepted"));

  const ProcessResult one = in_space({"query", "--vectors", "-"}, "[0, 3, 0]");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, AllOf(StartsWith("north"), HasSubstr("similarity     id")));
  write("one.npy", npy_header("<f4", std::array<std::size_t, 1>{3}) + bytes_of({0, 3, 0}));
  EXPECT_EQ(in_space({"query", "--vectors", "one.npy"}).out, one.out);
  EXPECT_THAT(in_space({"query", "--vectors", "one.npy", "--where", "price=2"}).out,
              HasSubstr("nearest class east"));
}

TEST_F(CliVectorsTest, VectorsOfTheEncoderWorkToo) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const std::string image = "shapes/red/circle_red_2.png";
  const std::string asked = simdb({"query", image}).out;
  const std::string vectors = simdb({"embed", image}).out;
  EXPECT_EQ(simdb({"query", "--vectors", "-"}, {.input = vectors}).out, asked);
}

TEST_F(CliVectorsTest, ImagesAreRefusedWithTheNameOfTheSpace) {
  const std::string image = "shapes/red/circle_red_2.png";
  for (const std::vector<std::string>& command : {std::vector<std::string>{"add", "red", image},
                                                  {"query", image},
                                                  {"compare", image, image},
                                                  {"embed", image},
                                                  {"eval", "shapes"},
                                                  {"add", "--by-folder", "shapes"}}) {
    const ProcessResult refused = in_space(command);
    EXPECT_EQ(refused.code, 2) << command[0] << refused.out;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("space 'directions'"), HasSubstr("'simdb import'"),
                                   HasSubstr("query --vectors")));
  }
  EXPECT_EQ(json_lines(in_space({"stats", "--json"}).out).at(0).at("items"), 2);
}

TEST_F(CliVectorsTest, BadVectorsAreNamed) {
  const auto ask = [&](const std::string& file, const std::string& bytes) {
    write(file, bytes);
    return in_space({"query", "-k", "1", "--vectors", file});
  };
  const ProcessResult some = ask("a.jsonl", "[1, 0, 0]\n[1, 0]\n[0, 0, 0]\n[0, 1, 0]\n");
  EXPECT_EQ(some.code, 4);
  EXPECT_THAT(some.out, AllOf(HasSubstr("a.jsonl:0"), HasSubstr("a.jsonl:3")));
  EXPECT_THAT(some.err, AllOf(HasSubstr("a.jsonl:1: it has 2 numbers"), HasSubstr("a.jsonl:2: ")));
  const ProcessResult wide =
      ask("a.npy", npy_header("<f4", std::array<std::size_t, 2>{1, 4}) + std::string(16, 1));
  EXPECT_EQ(wide.code, 4);
  EXPECT_THAT(wide.err, HasSubstr("a.npy: its rows have 4 numbers, those of the database 3"));
  const ProcessResult doubles =
      ask("a.npy", npy_header("<f8", std::array<std::size_t, 2>{1, 3}) + std::string(24, 1));
  EXPECT_EQ(doubles.code, 4);
  EXPECT_THAT(doubles.err, HasSubstr("astype"));
  EXPECT_EQ(ask("a.npy", "PK").code, 4);
  EXPECT_EQ(ask("a.fvecs", std::string("\3\0\0\0\0\0\0", 7)).code, 4);
  EXPECT_EQ(ask("a.jsonl", "").code, 4);
  EXPECT_EQ(in_space({"query", "--vectors", "missing.npy"}).code, 3);
}

TEST_F(CliVectorsTest, OptionsThatMakeNoSenseAreRefused) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"init", "--space", "a"},
        {"init", "--dimension", "3"},
        {"init", "--space", "a", "--dimension", "0"},
        {"init", "--space", "a", "--dimension", "4097"},
        {"init", "--space", "a", "--dimension", "3", "--encoder", "net.onnx"},
        {"init", "--space", "a", "--dimension", "3", "--dim", "3"},
        {"query"},
        {"query", "--vectors", "items.jsonl", "shapes"}}) {
    std::vector<std::string> command = args;
    command.insert(command.end(), {"--db", "new"});
    EXPECT_EQ(simdb(command).code, 2) << args.back();
  }
  EXPECT_EQ(simdb({"init", "--space", "a\nb", "--dimension", "3", "--db", "new"}).code, 4);
  const ProcessResult other = in_space({"import", "items.jsonl", "--json"});
  EXPECT_EQ(other.code, 0);
  ASSERT_EQ(simdb({"init", "--space", "other", "--dimension", "3", "--db", "new"}).code, 0);
  EXPECT_EQ(simdb({"import", "items.jsonl", "--db", "new"}).code, 4) << "vectors of another space";
}

// Of classes that overlap the nearest item is often of another one.
TEST_F(CliVectorsTest, TuneFindsAVoteAndQueriesGoByIt) {
  EXPECT_THAT(in_space({"tune"}).err, HasSubstr("too little to tune by"));
  EXPECT_EQ(in_space({"tune"}).code, 4);
  std::string lines = R"({"simdb_export": 1, "dimension": 3, "space": "directions"})";
  std::mt19937_64 random(1);
  for (int i = 0; i < 400; ++i) {
    const double chance = static_cast<double>(random() % 1000000) / 1e6;
    const double angle = chance - 0.5 + (i % 2 == 0 ? 0.2 : -0.2);
    lines += "\n{\"class\": \"" + std::string(i % 2 == 0 ? "east" : "north") + "\", \"vector\": [" +
             std::to_string(std::cos(angle)) + "," + std::to_string(std::sin(angle)) + ",0]}";
  }
  write("more.jsonl", lines);
  ASSERT_EQ(in_space({"import", "more.jsonl"}).code, 0);
  write("ask.jsonl", "[1, 0.001, 0]");
  const auto voters = [&](const std::string& database) {
    return json_lines(simdb({"query", "--vectors", "ask.jsonl", "--json", "--db", database}).out)
        .at(0)
        .at("neighbors")
        .size();
  };
  const Json dry = json_lines(in_space({"tune", "--dry-run", "--json"}).out).at(0);
  EXPECT_EQ(dry.at("items"), 402);
  EXPECT_EQ(dry.at("kept"), false);
  EXPECT_EQ(voters("space"), 10U);
  const ProcessResult table = in_space({"tune"});
  EXPECT_THAT(table.out, AllOf(StartsWith("402 items left out one by one\n"), HasSubstr("now\n"),
                               HasSubstr("best\n")));
  const std::size_t best = dry.at("best").at("k");
  EXPECT_GT(best, 10U);
  EXPECT_EQ(voters("space"), best);
  ASSERT_EQ(in_space({"backup", "file"}).code, 0);
  ASSERT_EQ(simdb({"restore", "file", "--db", "again"}).code, 0);
  EXPECT_EQ(voters("again"), best);
  ASSERT_EQ(in_space({"tune", "--reset"}).code, 0);
  EXPECT_EQ(voters("space"), 10U);
  EXPECT_EQ(in_space({"tune", "--items", "0"}).code, 4);
}

}  // namespace
}  // namespace simdb::test
