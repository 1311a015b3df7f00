// SIGINT, SIGTERM and SIGHUP at any moment of any command that takes long: it ends soon, what it
// said is true, the database is sound, and nothing half-done is left.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <random>

#include "tests/integration/cli_fixture.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::seconds;

// "Within a few seconds", on a machine that does much else.
constexpr seconds kPatience{30};

// A command, on a copy of which database it works, and what it makes outside.
struct Task {
  std::vector<std::string> args;
  std::string database;
  std::string output = {};
  microseconds lasts{0};  // undisturbed
};

class CliSignalsTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    fs::rename(path("db"), path("empty"));
    ASSERT_EQ(simdb({"sample-data", "many", "--count", std::to_string(amount(20, 50, 120))}).code,
              0);
    fs::copy(path("empty"), path("full"), fs::copy_options::recursive);
    ASSERT_EQ(simdb({"add", "--by-folder", "many", "--db", "full"}).code, 0);
    ASSERT_EQ(simdb({"reindex", "--db", "full"}).code, 0);
    ASSERT_EQ(simdb({"export", "-o", "full.jsonl", "--db", "full"}).code, 0);
    ASSERT_EQ(simdb({"backup", "full.backup", "--db", "full"}).code, 0);
    for (Task& task : tasks_) {
      prepare(task);
      const auto start = std::chrono::steady_clock::now();
      ASSERT_EQ(simdb(task.args).code, 0) << task.args[0];
      task.lasts =
          std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
    }
  }

  void prepare(const Task& task) const {
    fs::remove_all(path("db"));
    if (!task.output.empty()) fs::remove_all(path(task.output));
    if (!task.database.empty())
      fs::copy(path(task.database), path("db"), fs::copy_options::recursive);
  }

  // What is wrong with the database beyond what `said` acknowledges; empty if nothing.
  std::string database_problem(const std::string& said, const std::string& database = "db") const {
    const ProcessResult verified = simdb({"verify", "--db", database});
    if (verified.code != 0) return "verify: " + verified.out + verified.err;
    if (said.find("\"added\"") == std::string::npos) return "";
    std::set<std::uint64_t> stored;
    for (const auto& line : json_lines(simdb({"ls", "--json", "--db", database}).out)) {
      stored.insert(line["id"].get<std::uint64_t>());
    }
    for (const auto& line : json_lines(said)) {
      const auto id = line["id"].get<std::uint64_t>();
      if (!stored.contains(id))
        return "item " + std::to_string(id) + " was reported as added and is lost";
    }
    return "";
  }

  // What `task` left of its output, if that is not all or nothing.
  std::string output_problem(const Task& task, bool done) const {
    const std::string name = task.output;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (entry.path().filename().string().find(".tmp.") != std::string::npos) {
        return "left behind: " + entry.path().filename().string();
      }
    }
    if (name.empty() || (!done && !fs::exists(path(name)))) return "";
    if (task.args[0] == "restore" || task.args[0] == "init") return database_problem("", name);
    if (task.args[0] == "backup") {
      fs::remove_all(path("check"));
      const ProcessResult restored = simdb({"restore", name, "--db", "check"});
      return restored.code == 0 ? "" : "the backup is there, but: " + restored.err;
    }
    return fs::file_size(path(name)) == fs::file_size(path(name + ".whole"))
               ? ""
               : "half a file: " + name;
  }

  std::vector<Task> tasks_ = {
      {{"add", "--by-folder", "many", "--json"}, "empty"},
      {{"query", "--json", "many"}, "full"},
      {{"eval", "many", "--report", "page.html"}, "full"},
      {{"export", "-o", "out.jsonl"}, "full", "out.jsonl"},
      {{"export", "--npy", "out.npy"}, "full", "out.npy"},
      {{"export", "--faiss", "out.faiss"}, "full", "out.faiss"},
      {{"export"}, "full"},
      {{"embed", "many", "-o", "vectors.npy"}, "full", "vectors.npy"},
      {{"backup", "out.backup"}, "full", "out.backup"},
      {{"restore", "full.backup", "--db", "restored"}, "full", "restored"},
      {{"reindex"}, "full"},
      {{"compact"}, "full"},
      {{"import", "full.jsonl"}, "empty"},
      {{"rm", "--class", "red"}, "full"},
      {{"verify", "--deep"}, "full"},
      {{"init", "--encoder", "net.onnx", "--db", "new"}, "", "new"},
  };
};

TEST_F(CliSignalsTest, EndSoonAndInGoodOrder) {
  for (const Task& task : tasks_) {
    if (task.args[0] != "export" && task.args[0] != "embed") continue;
    if (!task.output.empty()) fs::copy_file(path(task.output), path(task.output + ".whole"));
  }
  std::mt19937_64 random(fault_run().seed);
  const std::uint64_t signals = amount(15, 30, 300);
  std::uint64_t landed = 0;
  std::uint64_t acknowledged = 0;
  for (std::uint64_t i = 0; i < signals; ++i) {
    // Every fourth is an add, and there late enough to have reported something.
    const Task& task = tasks_[i % 4 == 0 ? 0 : i % tasks_.size()];
    const int signal = std::array{SIGINT, SIGTERM, SIGHUP}[random() % 3];
    prepare(task);
    const microseconds earliest = task.args[0] == "add" ? task.lasts / 3 : microseconds(0);
    const auto span = static_cast<std::uint64_t>((task.lasts - earliest).count());
    const microseconds after = earliest + microseconds(random() % span);
    const ProcessResult result =
        simdb(task.args, {.timeout = kPatience, .signal = signal, .signal_after = after});
    const std::string what = task.args[0] + ", signal " + std::to_string(signal) + " after " +
                             std::to_string(after.count()) + " us of " +
                             std::to_string(task.lasts.count()) + ", ended with " +
                             std::to_string(result.code) + " " + result.err;
    ASSERT_TRUE(result.code == 0 || result.code == 128 + signal) << what;
    landed += result.code != 0 ? 1 : 0;
    if (!task.database.empty()) {
      ASSERT_EQ(database_problem(task.args[0] == "add" ? result.out : ""), "") << what;
    }
    ASSERT_EQ(output_problem(task, result.code == 0), "") << what;
    acknowledged += task.args[0] == "add" ? json_lines(result.out).size() : 0;
    // The next writer clears away what an interrupted one may have left beside the index.
    if (task.args[0] == "reindex" && result.code != 0) {
      ASSERT_EQ(simdb({"reindex"}).code, 0);
      for (const auto& entry : fs::directory_iterator(path("db"))) {
        ASSERT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
      }
    }
  }
  EXPECT_GE(landed * 3, signals)
      << "most commands ended before their signal: the test shows nothing";
  EXPECT_GT(acknowledged, 0U) << "no signal came after an image was reported";

  // A program that ignores signals.
  const ProcessResult deaf = run_process(
      {"/bin/sh", "-c", "trap '' INT TERM HUP; exec sleep 60"},
      {.timeout = seconds(2), .signal = SIGTERM, .signal_after = microseconds(200'000)});
  EXPECT_EQ(deaf.code, -1) << "a program that hangs would not be noticed";
  // An item that was reported, and is gone.
  prepare(tasks_[0]);
  const std::string said = simdb(tasks_[0].args).out;
  ASSERT_EQ(database_problem(said), "");
  ASSERT_EQ(simdb({"rm", "5"}).code, 0);
  EXPECT_NE(database_problem(said), "") << "a lost item would not be noticed";
  if (HasFailure()) return;
  record({"F21",
          grouped(signals) + " signals at random moments of " + std::to_string(tasks_.size()) +
              " commands, " + grouped(landed) + " while they ran",
          "each ended in time by 130, 143 or 129; " + grouped(acknowledged) +
              " reported images there, no half file, no half database",
          "a deaf program, a lost item: noticed"});
}

TEST_F(CliSignalsTest, TheSameSignalTwiceEndsAtOnce) {
  for (std::uint64_t i = amount(1, 1, 10); i > 0; --i) {
    prepare(tasks_[0]);
    // A shell lets its background jobs ignore SIGINT, and what is ignored stays so: SIGTERM.
    const std::string term = "\"$0\" add --by-folder many --json >/dev/null & sleep 0." +
                             std::to_string(1 + i % 4) + "; kill -TERM $!; kill -TERM $!; wait $!";
    const ProcessResult result = run_process({"/bin/bash", "-c", term, SIMDB_PROGRAM},
                                             {.folder = folder_.path(),
                                              .environment = {{"SIMDB_DB", path("db")}},
                                              .timeout = kPatience});
    EXPECT_TRUE(result.code == 143 || result.code == 0) << result.code << result.err;
    EXPECT_EQ(database_problem(""), "");
  }
}

}  // namespace
}  // namespace simdb::test
