// Backup, restore, and what verify does about damage, through the real program.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class CliBackupTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  }
};

TEST_F(CliBackupTest, ARestoredDatabaseAnswersAlike) {
  const ProcessResult backup = simdb({"backup", "all.backup"});
  ASSERT_EQ(backup.code, 0) << backup.err;
  EXPECT_THAT(backup.out, StartsWith("wrote all.backup: 36 items, "));
  const std::string answers = simdb({"query", "--json", "held_out/red"}).out;
  const std::string list = simdb({"ls", "--json"}).out;
  const ProcessResult restored = simdb({"restore", "all.backup", "--db", "second", "--json"});
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(json_lines(restored.out).at(0)["items"], 36);
  fs::remove_all(path("db"));
  EXPECT_EQ(simdb({"query", "--json", "held_out/red", "--db", "second"}).out, answers);
  EXPECT_EQ(simdb({"ls", "--json", "--db", "second"}).out, list);
  EXPECT_EQ(simdb({"verify", "--deep", "--db", "second"}).code, 0);
}

TEST_F(CliBackupTest, InAFolderItIsNamedByTheTime) {
  fs::create_directory(path("backups"));
  const ProcessResult backup = simdb({"backup", "backups", "--json"});
  ASSERT_EQ(backup.code, 0) << backup.err;
  const std::string file = json_lines(backup.out).at(0)["file"];
  EXPECT_THAT(file, testing::MatchesRegex("backups/db-[0-9]+T[0-9]+Z.simdb-backup"));
  EXPECT_TRUE(fs::exists(path(file)));
}

TEST_F(CliBackupTest, GoesThroughAPipe) {
  const std::string pipe = "$simdb backup - --json | $simdb restore - --db second";
  const ProcessResult piped =
      run_process({"/bin/bash", "-o", "pipefail", "-c", pipe},
                  {.folder = folder_.path(),
                   .environment = {{"SIMDB_DB", path("db")}, {"simdb", SIMDB_PROGRAM}}});
  EXPECT_EQ(piped.code, 0);
  EXPECT_EQ(piped.out, "restored second: 36 items, verified\n");
  EXPECT_EQ(json_lines(piped.err).at(0)["file"], "standard output");
  EXPECT_FALSE(fs::exists(path("-")));
  EXPECT_EQ(simdb({"ls", "--json", "--db", "second"}).out, simdb({"ls", "--json"}).out);
  ASSERT_EQ(simdb({"backup", "all.backup"}).code, 0);
  EXPECT_EQ(json_lines(piped.err).at(0)["bytes"], fs::file_size(path("all.backup")));
  const ProcessResult cut = simdb({"restore", "-", "--db", "third"}, {.input = "simdbbak"});
  EXPECT_EQ(cut.code, 5);
  EXPECT_THAT(cut.err, HasSubstr("the backup standard input is damaged"));
  EXPECT_FALSE(fs::exists(path("third")));
  EXPECT_EQ(simdb({"backup", "-"}, {.out_file = "/dev/full"}).code, 6);
}

TEST_F(CliBackupTest, ATerminalIsNoPlaceForABackup) {
  for (const std::string command : {"backup -", "restore - --db second"}) {
    const ProcessResult result =
        run_process({"/usr/bin/script", "-qec", SIMDB_PROGRAM " " + command, "/dev/null"},
                    {.folder = folder_.path(), .environment = {{"SIMDB_DB", path("db")}}});
    EXPECT_EQ(result.code, 2) << command;
    EXPECT_THAT(result.out, HasSubstr("redirect it")) << command;
  }
}

TEST_F(CliBackupTest, AnInterruptedRestoreFromAPipeLeavesNothing) {
  Process restore({SIMDB_PROGRAM, "restore", "-", "--db", path("second")});
  EXPECT_FALSE(restore.read_line(std::chrono::milliseconds(500)));  // its input stays open
  ::kill(restore.pid(), SIGTERM);
  EXPECT_EQ(restore.wait(), 143);
  EXPECT_FALSE(fs::exists(path("second")));
}

// The next backup, or a database opened, would find what is not the database's.
TEST_F(CliBackupTest, NothingIsWrittenIntoTheDatabaseItself) {
  fs::create_symlink("db/inside", path("link"));
  fs::create_directory_symlink("db/store", path("folder"));
  const std::vector<std::vector<std::string>> commands = {
      {"backup", "db"},
      {"backup", "db/store"},
      {"backup", "db/all.backup"},
      {"backup", "shapes/../db/all.backup"},
      {"backup", "link"},
      {"backup", "folder"},
      {"backup", "folder/CURRENT"},
      {"export", "-o", "db/store/CURRENT"},
      {"export", "--npy", "db/x.npy"},
      {"export", "--faiss", "db/index.snapshot"},
      {"export", "--projector", "db/projector"},
      {"embed", "shapes", "-o", "db/x.npy"},
      {"eval", "held_out", "--report", "db/x.html"}};
  for (const std::vector<std::string>& command : commands) {
    const ProcessResult result = simdb(command);
    EXPECT_EQ(result.code, 2) << command[1] << result.err;
    EXPECT_THAT(result.err, HasSubstr("would lie in the database " + path("db")));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path("db")), fs::directory_iterator()), 1);
  EXPECT_EQ(simdb({"verify"}).code, 0);
  // A folder "store" makes no database, and a link is followed.
  fs::create_directory(path("shapes/store"));
  EXPECT_EQ(simdb({"backup", "shapes/all.backup"}).code, 0);
  fs::create_symlink("shapes/other.backup", path("other"));
  EXPECT_EQ(simdb({"backup", "other"}).code, 0);
  EXPECT_TRUE(fs::is_symlink(path("other")));
  EXPECT_TRUE(fs::exists(path("shapes/other.backup")));
}

TEST_F(CliBackupTest, ADashIsStandardOutputOrRefused) {
  EXPECT_EQ(simdb({"export", "-o", "-"}).out, simdb({"export"}).out);
  EXPECT_EQ(simdb({"export", "--npy", "-"}).code, 2);
  EXPECT_EQ(simdb({"eval", "held_out", "--report", "-"}).code, 2);
  EXPECT_FALSE(fs::exists(path("-")));
}

TEST_F(CliBackupTest, ADamagedOneMakesNothing) {
  ASSERT_EQ(simdb({"backup", "all.backup"}).code, 0);
  std::fstream file(path("all.backup"), std::ios::in | std::ios::out);
  file.seekp(500).put('!').put('?').flush();
  const ProcessResult restored = simdb({"restore", "all.backup", "--db", "second"});
  EXPECT_EQ(restored.code, 5);
  EXPECT_THAT(restored.err, HasSubstr("the backup all.backup is damaged"));
  EXPECT_FALSE(fs::exists(path("second")));
  EXPECT_EQ(simdb({"restore", "net.onnx", "--db", "second"}).code, 4);
  EXPECT_EQ(simdb({"restore", "nowhere", "--db", "second"}).code, 3);
  EXPECT_EQ(simdb({"restore", "all.backup"}).code, 2);  // there is a database
}

TEST_F(CliBackupTest, VerifyRepairsOnlyWhenAsked) {
  EXPECT_EQ(simdb({"verify", "--deep"}).out,
            "sound: 36 items, all checksums match, index and store agree\n");
  ASSERT_EQ(simdb({"reindex"}).code, 0);
  const fs::path index = fs::path(path("db")) / "index.snapshot";
  std::fstream(index, std::ios::in | std::ios::out).seekp(900).put('!').put('?');
  for (int i = 0; i < 2; ++i) {
    const ProcessResult damaged = simdb({"verify"});
    EXPECT_EQ(damaged.code, 5);
    EXPECT_THAT(damaged.out, HasSubstr("index.snapshot"));
  }
  const ProcessResult repaired = simdb({"verify", "--repair"});
  EXPECT_EQ(repaired.code, 0) << repaired.out << repaired.err;
  EXPECT_THAT(repaired.out, StartsWith("repaired: "));
  EXPECT_THAT(repaired.out, HasSubstr("sound: 36 items"));
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(CliBackupTest, WhatIsLostIsSaidOnce) {
  const fs::path store = fs::path(path("db")) / "store";
  fs::copy(store, path("older"));
  ASSERT_EQ(simdb({"add", "red", "held_out/red"}).code, 0);
  for (const auto& file : fs::directory_iterator(store)) {
    if (file.path().filename() != "WITNESS") fs::remove(file.path());
  }
  for (const auto& file : fs::directory_iterator(path("older"))) {
    if (file.path().filename() != "WITNESS") fs::copy(file.path(), store / file.path().filename());
  }
  const ProcessResult query = simdb({"query", "held_out/red"});
  EXPECT_EQ(query.code, 5);
  EXPECT_THAT(query.err, HasSubstr("has lost changes"));
  const ProcessResult repaired = simdb({"verify", "--repair", "--json"});
  EXPECT_EQ(repaired.code, 5);
  const auto json = json_lines(repaired.out).at(0);
  EXPECT_TRUE(json["sound"]);
  EXPECT_EQ(json["items"], 36);
  EXPECT_EQ(json["lost"].size(), 1U);
  EXPECT_EQ(simdb({"verify", "--repair"}).code, 0);
  EXPECT_EQ(simdb({"query", "held_out/red"}).code, 0);
}

}  // namespace
}  // namespace simdb::test
