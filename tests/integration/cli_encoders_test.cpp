// Encoders by name: what `init` takes by itself, where a program looks for it, and --dim.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

namespace fs = std::filesystem;

/// A copy of the program with a share folder of its own, as installed: its `photo` is a small net
/// with random weights that says it is nested, so the tests need nothing from outside.
class CliEncodersTest : public CliTest {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "prefix/bin");
    fs::create_directories(models());
    fs::copy_file(SIMDB_PROGRAM, folder_ / "prefix/bin/simdb");
    fs::copy_file(fs::path(SIMDB_PROGRAM).replace_filename("simdb-try-model"),
                  folder_ / "prefix/bin/simdb-try-model");
    EncoderModel photo = random_model(64, 1);
    photo.notes = {{"nested", "16,32,64"}, {"purpose", "tests"}, {"licence", "none"}};
    write("prefix/share/simdb/models/photo.onnx", write_onnx_model(photo));
    write("net.onnx", random_model_file(16, 2));
    ASSERT_EQ(simdb({"sample-data", "shapes", "--count", "2"}).code, 0);
  }

  fs::path models() const { return folder_ / "prefix/share/simdb/models"; }

  ProcessResult simdb(std::vector<std::string> args) const {
    args.insert(args.begin(), path("prefix/bin/simdb"));
    return run_process(args, {.folder = folder_.path(), .environment = {{"SIMDB_DB", ""}}});
  }

  std::size_t dimension_of(const std::string& database) const {
    return json_lines(simdb({"stats", "--db", database, "--json"}).out).at(0)["dimension"];
  }
};

TEST_F(CliEncodersTest, ThreeCommandsAnswerWithoutATraining) {
  const ProcessResult made = simdb({"init"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, StartsWith("created .simdb: 64 dimensions, encoder photo ("));
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const ProcessResult answer = simdb({"query", "shapes/red/circle_red_0.png", "-k", "1"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, StartsWith("red"));
}

TEST_F(CliEncodersTest, DimKeepsTheFirstFloats) {
  for (const std::string length : {"16", "32", "64"}) {
    const ProcessResult made = simdb({"init", "--dim", length, "--db", "db" + length});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(std::to_string(dimension_of("db" + length)), length);
    EXPECT_EQ(simdb({"add", "--by-folder", "shapes", "--db", "db" + length}).code, 0);
    EXPECT_EQ(simdb({"verify", "--deep", "--db", "db" + length}).code, 0);
  }
  for (const std::string length : {"48", "128", "0"}) {
    const ProcessResult refused = simdb({"init", "--dim", length, "--db", "other"});
    EXPECT_EQ(refused.code, 2) << length;
    EXPECT_THAT(refused.err, HasSubstr("possible: 16,32,64")) << length;
  }
  const ProcessResult plain = simdb({"init", "--encoder", "net.onnx", "--dim", "8", "--db", "x"});
  EXPECT_EQ(plain.code, 2);
  EXPECT_THAT(plain.err, HasSubstr("possible: 16 "));
  EXPECT_FALSE(fs::exists(folder_ / "other") || fs::exists(folder_ / "x"));
}

TEST_F(CliEncodersTest, ANameIsAShippedEncoderAndAPathIsAFile) {
  // Files of the same name in the way: of 16 floats, not of 64.
  write("photo", random_model_file(16, 3));
  write("mine", random_model_file(32, 3));
  const auto dimension = [&](const std::string& word, const std::string& database) {
    const ProcessResult made = simdb({"init", "--encoder", word, "--db", database});
    EXPECT_EQ(made.code, 0) << made.err;
    return dimension_of(database);
  };
  EXPECT_EQ(dimension("photo", "a"), 64U);
  EXPECT_EQ(dimension("./photo", "b"), 16U);
  EXPECT_EQ(dimension("mine", "c"), 32U);
  EXPECT_EQ(dimension("net.onnx", "d"), 16U);
}

TEST_F(CliEncodersTest, SaysWhatToDoWhereAnEncoderIsMissing) {
  fs::remove(models() / "photo.onnx");
  const ProcessResult missing = simdb({"init"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("the encoder photo is not there (" + models().string()));
  EXPECT_THAT(missing.err, HasSubstr("scripts/setup.sh"));
  EXPECT_THAT(missing.err, HasSubstr("--encoder FILE.onnx"));
  EXPECT_FALSE(fs::exists(folder_ / ".simdb"));
  const ProcessResult unknown = simdb({"init", "--encoder", "foto"});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("'foto'; name one of photo, omniglot, or a FILE.onnx"));
}

TEST_F(CliEncodersTest, EveryCommandTakesNames) {
  const std::string a = "shapes/red/circle_red_0.png";
  const std::string b = "shapes/blue/circle_blue_0.png";
  const std::string file = path("prefix/share/simdb/models/photo.onnx");
  const auto both = [&](std::vector<std::string> command) {
    command.insert(command.end(), {"--encoder", "photo"});
    const ProcessResult named = simdb(command);
    command.back() = file;
    EXPECT_EQ(named.code, 0) << named.err;
    EXPECT_EQ(named.out, simdb(command).out);
    EXPECT_NE(named.out, "");
  };
  both({"compare", a, b});
  both({"embed", a});
  both({"eval", "shapes", "--json"});
}

TEST_F(CliEncodersTest, ListsWhatComesWithIt) {
  const auto lines = json_lines(simdb({"encoders", "--json"}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["name"], "photo");
  EXPECT_EQ(lines[0]["purpose"], "tests");  // the file's own notes
  EXPECT_EQ(lines[0]["licence"], "none");
  EXPECT_EQ(lines[0]["available"], true);
  EXPECT_EQ(lines[0]["bytes"], fs::file_size(models() / "photo.onnx"));
  EXPECT_EQ(lines[0]["dimensions"], (std::vector<int>{16, 32, 64}));
  EXPECT_EQ(lines[1]["name"], "omniglot");
  EXPECT_EQ(lines[1]["available"], false);
  EXPECT_EQ(lines[1]["licence"], "MIT");

  const ProcessResult text = simdb({"encoders"});
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.out, HasSubstr("64 (or 16, 32 with init --dim) floats per image"));
  EXPECT_THAT(text.out, HasSubstr("not here: "));
}

TEST_F(CliTest, TheBuildTreeHasOmniglot) {
  const ProcessResult made = simdb({"init", "--encoder", "omniglot", "--db", "letters"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("letters: 16 dimensions, encoder omniglot (53d0bcd0bac8)"));
}

}  // namespace
}  // namespace simdb::test
