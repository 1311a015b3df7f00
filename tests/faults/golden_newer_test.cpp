// Files of a simdb that is newer than this one: refused in words that help, and nothing is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encoder/model/onnx_model.h"
#include "simdb/backup.h"
#include "simdb/database.h"
#include "simdb/repair.h"
#include "tests/faults/golden_answers.h"
#include "tests/faults/golden_fixture.h"
#include "tests/index/snapshot_version.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/fault_run.h"
#include "tests/support/run_process.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void expect_helpful(const std::string& said, std::uint64_t known) {
  EXPECT_THAT(said, AllOf(HasSubstr("version " + std::to_string(known + 1)),
                          HasSubstr("this simdb knows " + std::to_string(known)),
                          HasSubstr("use a newer simdb")));
}

class GoldenNewerTest : public testing::Test {
 protected:
  // `work` is refused and leaves the folder as it is.
  void expect_refused(const std::function<void()>& work) {
    const auto before = content_of(copy_.database());
    const Error error = error_of(work);
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    expect_helpful(error.what(), known_);
    EXPECT_EQ(content_of(copy_.database()), before);
    ++golden_counts().refused;
  }

#ifdef SIMDB_PROGRAM
  ProcessResult simdb(std::vector<std::string> words) const {
    words.insert(words.begin(), SIMDB_PROGRAM);
    ProcessOptions options;
    options.environment["SIMDB_DB"] = copy_.database().string();
    return run_process(words, options);
  }
  void expect_refused(const std::vector<std::vector<std::string>>& commands) {
    const auto before = content_of(copy_.database());
    for (const auto& command : commands) {
      const ProcessResult result = simdb(command);
      EXPECT_EQ(result.code, 4) << command[0] << ": " << result.out << result.err;
      expect_helpful(result.err, known_);
      EXPECT_EQ(content_of(copy_.database()), before) << command[0];
      ++golden_counts().refused;
    }
  }
  std::vector<std::vector<std::string>> writers() const {
    return {{"add", "red", copy_.golden("backup")},
            {"rm", "1"},
            {"rm", "--class", "red"},
            {"reindex"},
            {"compact"},
            {"verify", "--repair"},
            {"import", copy_.golden("items.jsonl")}};
  }
  std::vector<std::vector<std::string>> readers() const {
    return {
        {"query", copy_.golden("backup")}, {"ls"}, {"classes"}, {"stats"}, {"verify"}, {"export"},
        {"backup", copy_ / "saved"}};
  }
#endif

  std::uint64_t known_ = 1;  // the newest version of the format in question
  GoldenCopy copy_{golden_versions().back()};
};

TEST_F(GoldenNewerTest, AStoreIsRefused) {
  known_ = kNewestStoreVersion;
  ASSERT_EQ(golden_version_of(golden_versions().back()), known_) << "make_golden was not run";
  RawStore(copy_.database() / "store").put("meta", "format_version", big_endian(known_ + 1));
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    expect_refused([&] { Database::open(copy_.database(), {mode, {}}); });
  }
  expect_refused([&] { repair_database(copy_.database()); });
#ifdef SIMDB_PROGRAM
  expect_refused(writers());
  expect_refused(readers());
#endif

  // The control: with its own version it opens, and that writes.
  RawStore(copy_.database() / "store").put("meta", "format_version", big_endian(known_));
  const auto before = content_of(copy_.database());
  Database::open(copy_.database());
  EXPECT_NE(content_of(copy_.database()), before);
  ++golden_counts().noticed;
}

// A saved index is a cache: who reads does without it, who writes would replace it.
TEST_F(GoldenNewerTest, ASavedIndexIsNeitherReadNorReplaced) {
  const fs::path path = copy_.database() / "index.snapshot";
  const std::string whole = read_text(path);
  std::string newer = whole;
  newer[12] = 2;
  write_text(path, newer);  // the checksum of the header does not match: damage, no version
  EXPECT_NO_THROW(Database::open(copy_.database()));
  fs::remove_all(copy_.database());
  fs::copy(copy_.golden("database"), copy_.database(), fs::copy_options::recursive);

  write_text(path, as_version(whole, 2));
  expect_refused([&] { Database::open(copy_.database()); });
  expect_refused([&] { repair_database(copy_.database()); });
  const auto before = content_of(copy_.database());
  {
    const Database reader = Database::open(copy_.database(), {OpenMode::kReadOnly, {}});
    EXPECT_EQ(
        first_difference(read_text(copy_.golden("answers.txt")), golden_answers(reader.gallery())),
        "");
    const auto problems = reader.verify().problems;
    ASSERT_EQ(problems.size(), 1U);
    expect_helpful(problems[0], known_);
  }
#ifdef SIMDB_PROGRAM
  expect_refused(writers());
#endif
  EXPECT_EQ(content_of(copy_.database()), before);
}

TEST_F(GoldenNewerTest, ABackupMakesNothing) {
  std::string backup = read_text(copy_.golden("backup"));
  backup[15] = 2;
  const std::string content = backup.substr(0, backup.size() - 32);
  const Sha256 digest = sha256(std::as_bytes(std::span(content)));
  write_text(copy_ / "backup", content + std::string(digest.begin(), digest.end()));
  expect_refused([&] { restore_database(copy_ / "backup", copy_ / "restored"); });
  EXPECT_FALSE(fs::exists(copy_ / "restored"));
}

#ifdef SIMDB_PROGRAM
TEST_F(GoldenNewerTest, ItemsAreNotImported) {
  std::string items = read_text(copy_.golden("items.jsonl"));
  const std::size_t at = items.find("\"simdb_export\"");
  ASSERT_NE(at, std::string::npos);
  items[items.find('1', at)] = '2';
  write_text(copy_ / "items.jsonl", items);
  const std::string before = simdb({"export"}).out;
  const ProcessResult result = simdb({"import", copy_ / "items.jsonl"});
  EXPECT_EQ(result.code, 4);
  expect_helpful(result.err, known_);
  EXPECT_EQ(simdb({"export"}).out, before);
  ++golden_counts().refused;
}
#endif

#ifdef SIMDB_PROGRAM
// The model inside the database, with another version and a checksum that holds.
std::string newer_model(const fs::path& database) {
  const auto bytes = Database::open(database, {OpenMode::kReadOnly, {}}).encoder_model();
  std::string model(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string key = "simdb.format_version";
  model.at(model.find(key) + key.size() + 2) = static_cast<char>('1' + kModelFormatVersion);
  constexpr std::size_t kDigits = 64;
  constexpr std::size_t kChecksumBytes = 82;
  const std::string content = model.substr(0, model.size() - kChecksumBytes);
  return model.substr(0, model.size() - kDigits) +
         to_hex(sha256(std::as_bytes(std::span(content))));
}

TEST_F(GoldenNewerTest, AModelIsRefused) {
  known_ = kModelFormatVersion;
  const std::string model = newer_model(copy_.database());
  write_text(copy_ / "net.onnx", model);
  ASSERT_EQ(simdb({"sample-data", copy_ / "shapes", "--count", "1"}).code, 0);
  const std::string file = copy_ / "net.onnx";
  expect_refused(
      std::vector<std::vector<std::string>>{{"init", "--encoder", file, "--db", copy_ / "made"},
                                            {"eval", copy_ / "shapes", "--encoder", file},
                                            {"embed", copy_ / "shapes", "--encoder", file}});
  EXPECT_FALSE(fs::exists(copy_ / "made"));

  // In a database that a newer simdb made around it.
  {
    RawStore raw(copy_.database() / "store");
    const std::string digest = to_hex(sha256(std::as_bytes(std::span(model))));
    raw.put("models", digest, model);
    raw.put("meta", "encoder_fingerprint", digest);
  }
  expect_refused(std::vector<std::vector<std::string>>{{"query", copy_ / "shapes"},
                                                       {"embed", copy_ / "shapes"}});
  const std::string items = simdb({"export"}).out;
  const ProcessResult added = simdb({"add", "--by-folder", copy_ / "shapes"});
  EXPECT_EQ(added.code, 4) << added.err;
  expect_helpful(added.err, known_);
  EXPECT_EQ(simdb({"export"}).out, items);
}
#endif

}  // namespace
}  // namespace simdb::test
