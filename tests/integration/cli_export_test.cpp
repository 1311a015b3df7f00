// What `simdb export` writes for other programs, read by them.
#include <gmock/gmock.h>

#include "tests/integration/cli_fixture.h"

namespace simdb {
namespace {

using test::CliTest;
using test::ProcessResult;
using testing::HasSubstr;

constexpr int kPythonLacksPackages = 77;

class CliExportTest : public CliTest {
 protected:
  // Every image under two classes, so that each similarity comes twice, and then some are removed.
  void SetUp() override {
    CliTest::SetUp();
    ASSERT_EQ(simdb({"add", "one", "shapes"}).code, 0);
    ASSERT_EQ(simdb({"add", "two", "shapes"}).code, 0);
    ASSERT_EQ(simdb({"rm", "3", "40", "72"}).code, 0);
  }
  std::uintmax_t bytes(const std::string& name) const {
    return std::filesystem::file_size(path(name));
  }
};

TEST_F(CliExportTest, PythonReadsTheFilesAndFaissFindsTheSameNeighbours) {
  ASSERT_EQ(simdb({"export", "-o", "all.jsonl"}).code, 0);
  for (const std::string form : {"faiss", "fvecs", "npy"}) {
    const ProcessResult exported = simdb({"export", "--" + form, "all." + form});
    ASSERT_EQ(exported.code, 0) << exported.err;
    EXPECT_EQ(exported.err, "exported 69 items\n");
    EXPECT_EQ(exported.out, "");
  }
  ASSERT_EQ(simdb({"embed", "held_out", "-o", "queries.npy"}).code, 0);
  write("answers.jsonl", simdb({"query", "held_out", "--json", "-k", "25"}).out);
  const ProcessResult check =
      test::run_process({SIMDB_SYSTEM_PYTHON, "-B", SIMDB_EXPORT_CHECK, folder_.path().string()});
  if (check.code == kPythonLacksPackages) GTEST_SKIP() << check.out;
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_EQ(check.out, "69 items, 18 queries\n");
}

TEST_F(CliExportTest, TheFilesHaveTheDocumentedSizes) {
  ASSERT_EQ(simdb({"export", "--fvecs", "all.fvecs"}).code, 0);
  ASSERT_EQ(simdb({"export", "--npy", "all.npy"}).code, 0);
  EXPECT_EQ(bytes("all.fvecs"), 69U * (4 + 16 * 4));
  EXPECT_EQ(bytes("all.npy"), 128 + 69U * 16 * 4);
  EXPECT_EQ(bytes("all.fvecs.ids.npy"), 128 + 69U * 8);
  EXPECT_EQ(bytes("all.npy.ids.npy"), 128 + 69U * 8);
}

TEST_F(CliExportTest, AFileHoldsWhatStdoutWouldShow) {
  ASSERT_EQ(simdb({"export", "-o", "all.jsonl"}).code, 0);
  std::ifstream file(path("all.jsonl"), std::ios::binary);
  const std::string lines{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(lines, simdb({"export"}).out);
}

TEST_F(CliExportTest, EveryFormTakesFilters) {
  ASSERT_EQ(simdb({"set", "5", "7", "50", "a=1"}).code, 0);
  const auto exported = [&](std::vector<std::string> args) {
    args.insert(args.begin(), "export");
    ProcessResult result = simdb(args);
    EXPECT_EQ(result.code, 0) << result.err;
    return result;
  };
  EXPECT_EQ(exported({"--where", "a=1", "--class", "one"}).err, "exported 2 items\n");
  EXPECT_EQ(exported({"--where", "a<2", "--class", "one", "--class", "two"}).err,
            "exported 3 items\n");
  const auto page = json_lines(exported({"--after", "5", "--limit", "2"}).out);
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(page[1]["id"], 6);
  for (const std::string form : {"--output", "--faiss", "--fvecs", "--npy", "--projector"}) {
    EXPECT_EQ(exported({form, "some" + form, "--where", "a=1", "--after", "5"}).err,
              "exported 2 items\n");
  }
  EXPECT_EQ(bytes("some--fvecs"), 2U * (4 + 16 * 4));
  EXPECT_EQ(bytes("some--npy"), 128 + 2U * 16 * 4);
  EXPECT_EQ(simdb({"export", "--class", "three"}).code, 3);
  EXPECT_EQ(simdb({"export", "--where", "a"}).code, 2);
}

TEST_F(CliExportTest, OneFormAtATime) {
  const ProcessResult both = simdb({"export", "--npy", "a.npy", "--faiss", "a.faiss"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("give --faiss or --npy, not both"));
  EXPECT_FALSE(std::filesystem::exists(path("a.npy")));
  EXPECT_EQ(simdb({"export", "-o", "a.jsonl", "--projector", "a"}).code, 2);
}

TEST_F(CliExportTest, AnUnwritableFileIsNamed) {
  for (const std::string form : {"-o", "--faiss", "--fvecs", "--npy"}) {
    const ProcessResult result = simdb({"export", form, "nowhere/x"});
    EXPECT_EQ(result.code, 6);
    EXPECT_THAT(result.err, HasSubstr("can't write nowhere/x"));
  }
  EXPECT_EQ(simdb({"export", "--faiss", "/dev/null"}).code, 6);
}

}  // namespace
}  // namespace simdb
