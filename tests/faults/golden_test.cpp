// Databases of released versions: today's simdb opens them and answers as on the day they were
// made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "simdb/backup.h"
#include "simdb/database.h"
#include "tests/faults/golden_answers.h"
#include "tests/faults/golden_fixture.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"
#include "tests/support/run_process.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string answers_of(const fs::path& database, OpenMode mode) {
  return golden_answers(Database::open(database, {mode, {}}).gallery());
}

// Records when all tests of this program have passed.
class Recorder : public testing::Environment {
  void TearDown() override {
    const GoldenCounts& all = golden_counts();
    if (testing::UnitTest::GetInstance()->failed_test_count() > 0 || all.noticed == 0) return;
    record({"F17",
            std::to_string(golden_versions().size()) + " versions, " + grouped(all.refused) +
                " uses of newer files",
            grouped(all.answers) + " times the same answers bit for bit, all newer files refused, "
                                   "nothing written",
            grouped(all.noticed) + " changes on purpose noticed"});
  }
};
const auto* const kRecorder = testing::AddGlobalTestEnvironment(new Recorder);

class GoldenTest : public testing::TestWithParam<fs::path> {
 protected:
  std::string difference(const std::string& answers) const {
    std::string first = first_difference(read_text(copy_.golden("answers.txt")), answers);
    ++(first.empty() ? golden_counts().answers : golden_counts().noticed);
    return first;
  }

  static std::uint64_t version() { return golden_version_of(GetParam()); }

  GoldenCopy copy_{GetParam()};
};

TEST_P(GoldenTest, IsSmall) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(GetParam())) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 200U * 1024);
}

TEST_P(GoldenTest, AReaderFindsTheSameAnswersAndWritesNothing) {
  const auto before = content_of(copy_.database());
  EXPECT_EQ(difference(answers_of(copy_.database(), OpenMode::kReadOnly)), "");
  const Database database = Database::open(copy_.database(), {OpenMode::kReadOnly, {}});
  EXPECT_THAT(database.verify().problems, IsEmpty());
  // Version 1 did not note what it added.
  EXPECT_EQ(database.gallery().changes_since(0).has_value(), version() > 1);
  EXPECT_EQ(content_of(copy_.database()), before);
}

TEST_P(GoldenTest, AWriterFindsTheSameAnswersAndGoesOn) {
  {
    std::uint64_t upgraded_from = 0;
    OpenOptions options;
    options.upgraded = [&](std::uint64_t from) { upgraded_from = from; };
    Database database = Database::open(copy_.database(), options);
    EXPECT_EQ(upgraded_from, version() == kNewestStoreVersion ? 0U : version());
    EXPECT_EQ(difference(golden_answers(database.gallery())), "");
    EXPECT_THAT(database.verify().problems, IsEmpty());
    EXPECT_THAT(database.verify_searches(), IsEmpty());
  }
  // Written anew by today's program, log and all.
  EXPECT_EQ(difference(answers_of(copy_.database(), OpenMode::kReadOnly)), "");
  Database database = Database::open(copy_.database());
  const std::uint64_t items = database.verify().items;
  const std::uint64_t before = database.gallery().changes();
  const auto added =
      database.gallery().add(std::vector{numbered_item(1000, "new")}, corner_embeddings(1, 5));
  EXPECT_EQ(to_number(added.at(0).id), 47U);  // no id is given twice
  EXPECT_EQ(database.gallery().changes_since(before),
            (ItemHistory{{{before + 1, ChangeKind::kAdded, ItemId{47}}}, before + 1}));
  EXPECT_EQ(database.reindex().items, items + 1);
  EXPECT_EQ(database.gallery().update(std::vector{ItemId{4}}, {.key = "4", .set = {{"n", 4.0}}}),
            1U);
  EXPECT_EQ(database.gallery().find_key("4"), ItemId{4});
  EXPECT_EQ(database.gallery()
                .items_after(ItemId{}, 9, {.where = {{"n", Comparison::kEqual, 4.0}}})
                .size(),
            1U);
  EXPECT_THAT(database.verify().problems, IsEmpty());
}

TEST_P(GoldenTest, WithoutItsSavedIndexItAnswersTheSame) {
  fs::remove(copy_.database() / "index.snapshot");
  EXPECT_EQ(difference(answers_of(copy_.database(), OpenMode::kReadWrite)), "");
}

TEST_P(GoldenTest, ItsBackupIsRestored) {
  restore_database(copy_.golden("backup"), copy_ / "restored");
  EXPECT_EQ(difference(answers_of(copy_ / "restored", OpenMode::kReadOnly)), "");
  EXPECT_THAT(Database::open(copy_ / "restored").verify().problems, IsEmpty());
}

TEST_P(GoldenTest, WhatIsMissingWouldBeNoticed) {
  const std::string right = answers_of(copy_.database(), OpenMode::kReadOnly);
  ASSERT_EQ(difference(right), "");
  Database database = Database::open(copy_.database());
  const auto before = content_of(copy_.database());
  database.remove(std::vector{ItemId{46}});
  EXPECT_NE(difference(golden_answers(database.gallery())), "");
  EXPECT_NE(content_of(copy_.database()), before);
  std::string other = right;
  other[other.find("0.625")] = '1';
  EXPECT_THAT(difference(other), HasSubstr("1.625"));
}

#ifdef SIMDB_PROGRAM
ProcessResult simdb(std::vector<std::string> words, const fs::path& database) {
  words.insert(words.begin(), SIMDB_PROGRAM);
  ProcessOptions options;
  options.environment["SIMDB_DB"] = database.string();
  return run_process(words, options);
}

// Without what an export does not have: ids, times, thumbnails.
std::string exported_part(const std::string& line) {
  static const std::regex kTimes("\"(added|changed)\":\"[^\"]*\",?");
  const std::size_t id = line.find("\"class\"");
  return id == std::string::npos ? line : std::regex_replace(line.substr(id), kTimes, "");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(exported_part(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

TEST_P(GoldenTest, ItsExportIsImported) {
  const auto model = Database::open(copy_.database(), {OpenMode::kReadOnly, {}}).encoder_model();
  write_text(copy_ / "net.onnx", {reinterpret_cast<const char*>(model.data()), model.size()});
  const fs::path other = copy_ / "other";
  ASSERT_EQ(simdb({"init", "--encoder", copy_ / "net.onnx"}, other).code, 0);
  const ProcessResult imported = simdb({"import", copy_.golden("items.jsonl").string()}, other);
  ASSERT_EQ(imported.code, 0) << imported.err;
  const std::string items = read_text(copy_.golden("items.jsonl"));
  EXPECT_EQ(simdb({"export"}, copy_.database()).out, items);
  EXPECT_EQ(lines_of(simdb({"export"}, other).out), lines_of(items));
  EXPECT_EQ(lines_of(items).size(), 41U);
  EXPECT_EQ(simdb({"verify", "--deep"}, other).code, 0);
}

TEST_P(GoldenTest, ItsEncoderAndItsThumbnailsWork) {
  const ProcessResult verified = simdb({"verify", "--deep"}, copy_.database());
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  const std::string images = copy_ / "shapes";
  ASSERT_EQ(simdb({"sample-data", images, "--count", "1"}, copy_.database()).code, 0);
  const ProcessResult added = simdb({"add", "--by-folder", images}, copy_.database());
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(simdb({"query", images}, copy_.database()).code, 0);
}
#endif

INSTANTIATE_TEST_SUITE_P(Versions, GoldenTest, testing::ValuesIn(golden_versions()),
                         [](const auto& version) {
                           std::string name = version.param.filename();
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace simdb::test
