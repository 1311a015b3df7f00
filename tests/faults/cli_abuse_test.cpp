// The program in bad surroundings: outputs that are closed or full, a strange environment, limits,
// folders that are gone or read-only. It ends with the right code and a message, never by a signal
// it could have avoided, and the database stays sound.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/faults/hostile_names.h"
#include "tests/integration/cli_fixture.h"
#include "tests/support/fault_run.h"
#include "tests/support/read_only_view.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

class CliAbuseTest : public CliTest {
 protected:
  // Of the long lists, every which.
  const std::uint64_t some_ = amount(6, 3, 1);

  void SetUp() override {
    CliTest::SetUp();
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  }
  void TearDown() override {
    const ProcessResult verified = simdb({"verify"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    EXPECT_GE(items(), 36U) << "items are lost";
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
    }
  }

  // A line of bash, in which $simdb is the program.
  ProcessResult shell(const std::string& line,
                      std::map<std::string, std::string> environment = {}) const {
    environment.emplace("SIMDB_DB", path("db"));
    environment.emplace("simdb", SIMDB_PROGRAM);
    return run_process({"/bin/bash", "-c", line},
                       {.folder = folder_.path(), .environment = environment});
  }

  // One line, with a reason.
  static void expect_message(const ProcessResult& result, const std::string& what) {
    EXPECT_THAT(result.err, testing::StartsWith("simdb: ")) << what;
    EXPECT_GT(result.err.size(), 15U) << what;
    EXPECT_EQ(terminal_problem(result.err), "") << what;
  }

  // Commands that print results and change nothing.
  const std::vector<std::string> readers_ = {
      "ls",
      "ls --json",
      "classes",
      "stats",
      "export",
      "verify",
      "--help",
      "query held_out",
      "query --json held_out/red/circle_red_0.png",
      "eval held_out",
      "embed held_out",
      "compare held_out/red/circle_red_0.png held_out/red/circle_red_1.png"};
};

TEST_F(CliAbuseTest, ClosedAndFullOutputs) {
  const Tree before = read_tree(path("db"));
  std::uint64_t runs = 0;
  for (std::uint64_t i = fault_run().seed % some_; i < readers_.size(); i += some_) {
    const std::string& command = readers_[i];
    for (const std::string redirection : {">&-", "</dev/null >&-", "<&- >&-", ">/dev/full"}) {
      const ProcessResult result = shell("$simdb " + command + " " + redirection);
      EXPECT_EQ(result.code, 6) << command << redirection;
      EXPECT_THAT(result.err, HasSubstr("can't write the output")) << command << redirection;
      ++runs;
    }
    for (const std::string redirection : {"2>&-", "<&-", "<&- 2>&-", "2>/dev/full"}) {
      EXPECT_EQ(shell("$simdb " + command + " " + redirection).code, 0) << command << redirection;
      ++runs;
    }
    EXPECT_EQ(shell("$simdb " + command + " <&- >&- 2>&-").code, 6) << command;
    // A reader that goes away at once, and one that leaves in the middle.
    for (const std::string reader : {"true", "head -c 1", "head -1"}) {
      const ProcessResult result =
          shell("$simdb " + command + " | " + reader + " >/dev/null; exit ${PIPESTATUS[0]}");
      EXPECT_THAT(result.code, AnyOf(0, 128 + SIGPIPE)) << command;
      EXPECT_EQ(result.err.find("terminate"), std::string::npos) << result.err;
      ++runs;
    }
    EXPECT_THAT(shell("trap '' PIPE; $simdb " + command + " | true; exit ${PIPESTATUS[0]}").code,
                AnyOf(0, 6))
        << command;
  }
  EXPECT_EQ(tree_difference(before, read_tree(path("db"))), "")
      << "the output went into the database";
  // What a change prints may be lost; the change is not.
  EXPECT_EQ(shell("$simdb add one held_out/red/circle_red_0.png >&-").code, 6);
  EXPECT_EQ(shell("$simdb add two held_out/red/circle_red_0.png >/dev/full").code, 6);
  EXPECT_EQ(shell("$simdb add three held_out/red/circle_red_0.png 2>&- <&-").code, 0);
  shell("$simdb add --json four held_out/red | true");
  // It prints while the database is open: a number that is free is that of a file of the database.
  for (const std::string redirection : {">&-", "<&- >&-", "<&- >&- 2>&-"}) {
    EXPECT_EQ(shell("$simdb add --json 'six" + redirection + "' held_out " + redirection).code, 6);
  }
  for (const auto& [file, text] : read_tree(path("db"))) {
    EXPECT_EQ(text.find("\"added\":"), std::string::npos) << "printed into " << file;
  }
  EXPECT_EQ(shell("echo held_out/red/circle_red_0.png | $simdb add five - <&-").code, 4);
  EXPECT_GE(items(), 39U);
  EXPECT_EQ(shell("$simdb backup all.backup >&-").code, 6);
  EXPECT_EQ(simdb({"restore", "all.backup", "--db", "third"}).code, 0);
  // It complains to a reader that is gone.
  EXPECT_THAT(
      shell("$simdb query shapes/red nowhere.png 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}")
          .code,
      AnyOf(4, 128 + SIGPIPE));
  if (HasFailure()) return;
  std::ofstream(path("db/store/LOG"), std::ios::app) << "x";
  EXPECT_NE(tree_difference(before, read_tree(path("db"))), "")
      << "output in the database would not be noticed";
  record({"F21-files", grouped(runs) + " runs with closed and full standard files",
          "code 6 and a message each time, nothing printed into the database",
          "a byte in a file of the database: noticed"});
}

TEST_F(CliAbuseTest, StrangeEnvironments) {
  const std::string commands =
      "$simdb ls; $simdb stats; $simdb query held_out/red/circle_red_0.png; $simdb query --json "
      "held_out; "
      "$simdb eval held_out; $simdb eval --json held_out --report page.html; $simdb export";
  const ProcessResult usual = shell(commands);
  ASSERT_EQ(usual.code, 0) << usual.err;
  using Environment = std::map<std::string, std::string>;
  const std::vector<Environment> environments = {
      {{"HOME", ""}},
      {{"HOME", "/nowhere"}},
      {{"TMPDIR", "/nowhere"}},
      {{"TMPDIR", ""}},
      {{"TZ", "Pacific/Kiritimati"}},
      {{"TZ", "<+99>-99:59:59"}},
      {{"TZ", "no/such/zone"}},
      {{"LC_ALL", "C"}, {"LANG", "C"}},
      {{"LC_ALL", "de_DE.UTF-8"}},
      {{"LC_ALL", "tr_TR.UTF-8"}, {"LANG", "tr_TR.UTF-8"}},
      {{"LC_ALL", "xx_XX.nonsense"}},
      {{"LC_NUMERIC", "de_DE"}},
      {{"LANG", std::string(5000, 'x')}},
      {{"COLUMNS", "1"}, {"TERM", "\x1b["}},
      {{"PATH", ""}}};
  for (std::uint64_t i = fault_run().seed % some_; i < environments.size(); i += some_) {
    const Environment& environment = environments[i];
    const ProcessResult result = shell(commands, environment);
    EXPECT_EQ(result.code, 0) << environment.begin()->first << "=" << environment.begin()->second
                              << result.err;
    EXPECT_EQ(result.out, usual.out)
        << environment.begin()->first << "=" << environment.begin()->second;
  }
  EXPECT_EQ(shell("unset HOME; $simdb ls").code, 0);
  EXPECT_EQ(shell("env -i $simdb ls --db db").out, simdb({"ls"}).out);
  EXPECT_EQ(shell("env -i $simdb ls").code, 3) << "no database is named";
  EXPECT_EQ(shell("$simdb ls", {{"SIMDB_DB", "/nowhere"}}).code, 3);
}

TEST_F(CliAbuseTest, Umasks) {
  ASSERT_EQ(
      shell("umask 077; mkdir made; $simdb init --encoder net.onnx --db made/db && "
            "$simdb add red shapes/red --db made/db && $simdb export -o made/x.jsonl --db made/db "
            "&& $simdb backup made/x.backup --db made/db")
          .code,
      0);
  for (const auto& entry : fs::recursive_directory_iterator(path("made"))) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all),
              fs::perms::none)
        << entry.path();
  }
  EXPECT_EQ(shell("umask 0; $simdb add purple shapes/red && $simdb verify").code, 0);
  EXPECT_EQ(shell("umask 777; $simdb ls && $simdb query shapes/red").code, 0);
}

TEST_F(CliAbuseTest, ClockSetBack) {
  const auto at = [&](const std::string& seconds, const std::string& command) {
    return shell("LD_PRELOAD='" SIMDB_FAKE_CLOCK "' SIMDB_FAKE_CLOCK_SECONDS=" + seconds +
                 " $simdb " + command);
  };
  if (at("0", "ls").code != 0)
    GTEST_SKIP() << "a sanitizer does not let a library be loaded before it";
  ASSERT_EQ(at("315360000", "add future shapes/red").code, 0);
  ASSERT_EQ(at("-1000000000", "add past shapes/red").code, 0);
  ASSERT_EQ(at("-3000000000", "add before_1970 shapes/red").code, 0);
  ASSERT_EQ(simdb({"add", "now", "shapes/red"}).code, 0);
  ASSERT_EQ(at("-4000000000", "reindex").code, 0);
  const auto year_of = [&](const std::string& name) {
    return json_lines(simdb({"ls", name, "--json"}).out)
        .at(0)["added"]
        .get<std::string>()
        .substr(0, 4);
  };
  EXPECT_GT(year_of("future"), year_of("now"));
  EXPECT_LT(year_of("past"), year_of("now"));
  EXPECT_LT(year_of("before_1970"), "1970") << "the clock was not set back: the test shows nothing";
  EXPECT_EQ(simdb({"query", "held_out"}).code, 0);
  EXPECT_EQ(at("-3000000000", "backup .").code, 0);
  EXPECT_EQ(items(), 84U);
}

TEST_F(CliAbuseTest, ReadOnlyDatabase) {
  ASSERT_EQ(simdb({"reindex"}).code, 0);
  const ReadOnlyView view(folder_ / "db");
  if (!view.works()) GTEST_SKIP() << "neither a read-only mount nor permissions work here";
  for (const std::string& command : readers_)
    EXPECT_EQ(shell("$simdb " + command).code, 0) << command;
  EXPECT_EQ(simdb({"backup", "all.backup"}).code, 0);
  EXPECT_EQ(simdb({"restore", "all.backup", "--db", "third"}).code, 0);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"add", "red", "held_out/red"},
                                             {"rm", "1"},
                                             {"reindex"},
                                             {"export", "-o", "/proc/x"},
                                             {"backup", "/proc"}}) {
    const ProcessResult result = simdb(command);
    EXPECT_EQ(result.code, 6) << command[0] << result.err;
    expect_message(result, command[0]);
  }
}

TEST_F(CliAbuseTest, CurrentFolderIsGone) {
  const std::string gone = "mkdir gone; cd gone; rmdir ../gone; ";
  const std::string image = path("shapes/red/circle_red_0.png");
  EXPECT_EQ(shell(gone + "$simdb ls").code, 0) << "the database's place is known";
  EXPECT_EQ(shell(gone + "$simdb query " + image).code, 0);
  for (const std::string& command : std::vector<std::string>{
           "ls --db db", "query circle.png", "init --db x --encoder " + path("net.onnx"),
           "export -o x", "backup x", "eval x"}) {
    const ProcessResult result = shell(gone + "$simdb " + command);
    EXPECT_TRUE(result.code == 3 || result.code == 6) << command << result.code << result.err;
    expect_message(result, command);
  }
  const ProcessResult unnamed = shell(gone + "$simdb ls", {{"SIMDB_DB", ""}});
  EXPECT_EQ(unnamed.code, 3) << unnamed.err;
  expect_message(unnamed, "no database is named");
}

TEST_F(CliAbuseTest, Limits) {
  std::uint64_t refused = 0;
  const auto run = [&](const std::string& limit, const std::string& command) {
    const ProcessResult result = shell("ulimit " + limit + "; $simdb " + command);
    EXPECT_TRUE(result.code == 0 || result.code == 6 || result.code == 1)
        << limit << " " << command << ": " << result.code << result.err;
    if (result.code == 0) return;
    ++refused;
    expect_message(result, limit + " " + command);
  };
  for (const std::string command :
       {"ls", "query held_out", "add purple held_out/red", "reindex", "verify", "export -o x.jsonl",
        "backup x.backup", "restore x.backup --db third", "rm 1"}) {
#ifdef __SANITIZE_ADDRESS__
    // UBSan asks a pipe whether memory may be read, and takes its lack for a wrong object.
    const std::vector<std::string> limits = {};
#else
    const std::vector<std::string> limits = {"8", "16", "32"};
#endif
    for (const std::string& files : limits) {
      run("-n " + files, command);
      fs::remove_all(path("third"));
    }
  }
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  for (const std::string kilobytes : {"0", "8", "64"}) {
    for (const std::string command :
         {"add other held_out", "export -o y.jsonl", "backup y.backup", "reindex",
          "embed held_out -o y.npy", "eval held_out --report y.html"}) {
      run("-f " + kilobytes, command);
    }
    EXPECT_EQ(simdb({"verify"}).code, 0) << kilobytes;
    simdb({"rm", "--class", "other"});
  }
  const ProcessResult full = shell("ulimit -f 0; $simdb export -o z.jsonl");
  EXPECT_EQ(full.code, 6) << full.err;
  EXPECT_THAT(full.err, HasSubstr("z.jsonl"));
  EXPECT_FALSE(fs::exists(path("z.jsonl")));
  EXPECT_GT(refused, 5U);
}

TEST_F(CliAbuseTest, Arguments) {
  std::vector<std::string> many = {"query", "--json"};
  for (int i = 0; i < 3000; ++i)
    many.push_back("shapes/red/circle_red_" + std::to_string(i % 4) + ".png");
  const ProcessResult answers = simdb(many);
  EXPECT_EQ(answers.code, 0) << answers.err;
  EXPECT_EQ(json_lines(answers.out).size(), 3000U);
  std::string deep = path("x");
  while (deep.size() < 5000) deep += "/" + std::string(200, 'd');
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"query", deep},
                                             {"add", "red", deep},
                                             {"ls", "--db", deep},
                                             {"init", "--db", deep, "--encoder", "net.onnx"},
                                             {"init", "--db", "new", "--encoder", deep},
                                             {"export", "-o", deep},
                                             {"export", "--projector", deep},
                                             {"backup", deep},
                                             {"restore", deep, "--db", "new"},
                                             {"import", deep},
                                             {"eval", deep},
                                             {"embed", "held_out", "-o", deep + ".npy"}}) {
    const ProcessResult result = simdb(command);
    EXPECT_TRUE(result.code == 3 || result.code == 6)
        << command[0] << result.code << result.err.substr(0, 300);
    expect_message(result, command[0]);
  }
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{""},
                                             {"add", "", "shapes"},
                                             {"add", "red", ""},
                                             {"query", ""},
                                             {"query", "--class", "", "shapes"},
                                             {"rm", ""},
                                             {"restore", "", "--db", "new"},
                                             {"restore", "net.onnx", "--db", ""},
                                             {"backup", ""},
                                             {"export", "-o", ""},
                                             {"export", "--projector", ""},
                                             {"import", ""},
                                             {"embed", ""},
                                             {"eval", ""},
                                             {"compare", "", ""},
                                             {"ls", ""},
                                             {"ls", "--db", ""},
                                             {"init", "--encoder", ""},
                                             {"sample-data", ""},
                                             {"completion", ""}}) {
    const ProcessResult result = simdb(command);
    EXPECT_TRUE(result.code >= 2 && result.code <= 6) << command[0] << result.code << result.err;
    expect_message(result, command[0]);
  }
}

}  // namespace
}  // namespace simdb::test
