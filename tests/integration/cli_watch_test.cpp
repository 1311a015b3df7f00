// Another system follows a database by `simdb watch`.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <map>
#include <random>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

// What a pipeline does with the lines: it takes over a change when it is told that it is whole.
struct Mirror {
  std::uint64_t at = 0;
  std::map<std::uint64_t, Json> items;
  std::vector<Json> pending;

  void read(const std::string& text) {
    const Json line = Json::parse(text);
    if (!line.contains("end")) return pending.push_back(line);
    for (const Json& change : pending) {
      EXPECT_GT(change.at("change"), at) << "a change was told twice";
      if (change.at("op") == "remove") {
        items.erase(change.at("id"));
      } else {
        items[change.at("id")] = change.at("item");
      }
    }
    pending.clear();
    at = line.at("change");
  }
};

class CliWatchTest : public CliTest {
 protected:
  Process watch(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {SIMDB_PROGRAM, "watch", "--db", path("db"), "--every", "20"});
    return Process(args);
  }
  Process watch_since(std::uint64_t change) const {
    return watch({"--since", std::to_string(change)});
  }
  // Reads to the end of change `to`.
  static void read_to(Process& process, Mirror& mirror, std::uint64_t to) {
    while (mirror.at < to) {
      const auto line = process.read_line(seconds(20));
      ASSERT_TRUE(line) << "nothing comes after change " << mirror.at;
      mirror.read(*line);
    }
  }
  // The number of the last change.
  std::uint64_t last() const {
    return json_lines(simdb({"watch", "--once"}).out).at(0).at("change");
  }
  std::map<std::uint64_t, Json> items_of(const std::vector<std::string>& filter = {}) const {
    std::vector<std::string> args{"ls", "--json"};
    args.insert(args.end(), filter.begin(), filter.end());
    std::map<std::uint64_t, Json> items;
    for (const Json& item : json_lines(simdb(args).out)) items[item.at("id")] = item;
    return items;
  }
  void run(std::vector<std::string> args) const {
    const ProcessResult result = simdb(std::move(args));
    ASSERT_EQ(result.code, 0) << result.err;
  }
  static milliseconds time_to_end(Process& process, int signal) {
    const auto start = Clock::now();
    ::kill(process.pid(), signal);
    EXPECT_EQ(process.wait(), 0);
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  }
};

TEST_F(CliWatchTest, TellsWhatComesAfterItsFirstLine) {
  run({"add", "red", "shapes/red"});
  Process process = watch();
  const auto first = process.read_line(seconds(20));
  ASSERT_TRUE(first);
  const std::uint64_t start = last();
  Mirror mirror{start, items_of(), {}};
  EXPECT_EQ(Json::parse(*first), Json({{"change", start}, {"end", true}}));
  run({"add", "blue", "shapes/blue/circle_blue_0.png", "--key", "k"});
  run({"mv", "1", "2", "green"});
  run({"set", "3", "price=2"});
  run({"rm", "2", "4"});
  // One change that removes, updates and adds.
  run({"add", "blue", "shapes/blue/circle_blue_1.png", "--key", "k"});
  read_to(process, mirror, start + 5);
  EXPECT_TRUE(mirror.items == items_of());
  EXPECT_LT(time_to_end(process, SIGTERM), seconds(1));
  EXPECT_TRUE(process.read_rest().empty());

  const auto lines =
      json_lines(simdb({"watch", "--since", std::to_string(start + 3), "--once"}).out);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], Json({{"change", start + 4}, {"op", "remove"}, {"id", 2}}));
  EXPECT_EQ(lines[1], Json({{"change", start + 4}, {"op", "remove"}, {"id", 4}}));
  EXPECT_EQ(lines[2], Json({{"change", start + 4}, {"end", true}}));
  EXPECT_EQ(lines[3], Json({{"change", start + 5}, {"op", "remove"}, {"id", 13}}));
  EXPECT_EQ(lines[4].at("op"), "add");
  EXPECT_EQ(lines[4].at("item").at("key"), "k");
  EXPECT_EQ(lines[5], Json({{"change", start + 5}, {"end", true}}));
  EXPECT_EQ(simdb({"watch", "--since", std::to_string(start + 5), "--once"}).out, "");
}

TEST_F(CliWatchTest, NothingIsLostOrToldTwiceIfItIsKilledAtAnyTime) {
  Mirror mirror;
  std::mt19937 random(7);
  for (int round = 0; round < 12; ++round) {
    Process process = watch_since(mirror.at);
    switch (round % 4) {
      case 0:
        run({"add", "class " + std::to_string(round), "shapes"});
        break;
      case 1:
        run({"set", std::to_string(1 + 24 * (round / 4)), "n=" + std::to_string(round)});
        break;
      case 2:
        run({"mv", "--class", "class " + std::to_string(round - 2), "big"});
        break;
      default:
        run({"rm", std::to_string(2 + round)});
    }
    // Into the middle of a change, most times.
    for (auto lines = random() % 30; lines > 0; --lines) {
      const auto line = process.read_line(milliseconds(200));
      if (!line) break;
      mirror.read(*line);
    }
    process.kill();
    mirror.pending.clear();
  }
  Process process = watch_since(mirror.at);
  read_to(process, mirror, last());
  EXPECT_TRUE(mirror.items == items_of());
  EXPECT_FALSE(mirror.items.empty());
}

TEST_F(CliWatchTest, AFilterTellsOfTheItemsThatPass) {
  const std::vector<std::string> filter{"--class", "red", "--class", "blue", "--where", "price<2"};
  run({"add", "red", "shapes/red", "--meta", "price=1"});
  run({"add", "blue", "shapes/blue", "--meta", "price=3"});
  std::vector<std::string> args{"--since", "0"};
  args.insert(args.end(), filter.begin(), filter.end());
  Process process = watch(args);
  Mirror mirror;
  read_to(process, mirror, last());
  EXPECT_TRUE(mirror.items == items_of(filter));
  run({"set", "13", "14", "price=1.5"});  // pass from now on
  run({"set", "1", "price=2"});           // no longer passes
  run({"mv", "2", "green"});              // neither
  run({"rm", "3", "13", "20"});
  read_to(process, mirror, last());
  EXPECT_TRUE(mirror.items == items_of(filter));
  EXPECT_EQ(mirror.items.size(), 10U);
  // Changes of others end in a number, too.
  run({"add", "green", "shapes/green"});
  read_to(process, mirror, last());
  const std::string now = std::to_string(last());
  EXPECT_TRUE(simdb({"watch", "--since", now, "--once", "--class", "to come"}).out.empty());
}

TEST_F(CliWatchTest, WhatCannotBeToldIsSaid) {
  run({"add", "red", "shapes/red"});
  const auto expect_failure = [&](const std::vector<std::string>& args, int code,
                                  const std::string& message) {
    std::vector<std::string> command{"watch", "--once"};
    command.insert(command.end(), args.begin(), args.end());
    const ProcessResult result = simdb(command);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  expect_failure({"--since", "99"}, 3, "there is no change 99, the last one is ");
  expect_failure({"--since", "18446744073709551615"}, 3, "start again: 'simdb watch'");
  expect_failure({"--since", "-1"}, 2, "--since");
  expect_failure({"--since", "x"}, 2, "--since");
  expect_failure({"--every", "0"}, 2, "--every 0");
  expect_failure({"--where", "price"}, 2, "price");
  expect_failure({"--class", ""}, 4, "class name");
  expect_failure({"--db", "nowhere"}, 3, "nowhere");
  expect_failure({"more"}, 2, "more");
  // Databases of version 1 did not note what they added.
  fs::copy(fs::path(SIMDB_GOLDEN) / "version-1" / "database", path("old"),
           fs::copy_options::recursive);
  expect_failure({"--since", "0", "--db", "old"}, 3, "what came after change 0 is forgotten");
  EXPECT_EQ(simdb({"watch", "--once", "--db", "old"}).code, 0);
  EXPECT_EQ(simdb({"watch", "--since", "0", "--once"}, {.out_file = "/dev/full"}).code, 6);
}

// Not by a crash, and not by numbers that mean something else.
TEST_F(CliWatchTest, AnotherDatabaseInItsPlaceIsNoticed) {
  run({"add", "red", "shapes/red"});
  run({"backup", "early"});
  const auto fails_after = [&](const std::function<void()>& act) {
    const std::string command = std::string("\"$0\" watch --every 20 --db db > out & ") +
                                "until [ -s out ]; do sleep 0.01; done; : > ready; wait $!";
    Process shell({"/bin/sh", "-c", "cd \"$1\"; " + command + "; echo $?", SIMDB_PROGRAM,
                   folder_.path().string()});
    while (!fs::exists(path("ready"))) ::usleep(1000);
    act();
    const auto code = shell.read_line(seconds(20));
    fs::remove(path("ready"));
    fs::remove(path("out"));
    return code.value_or("nothing");
  };
  const auto replace_by = [&](const std::string& backup) {
    run({"restore", backup, "--db", "new"});
    fs::rename(path("db"), path("db " + backup));
    fs::rename(path("new"), path("db"));
  };
  run({"rm", "1"});
  EXPECT_EQ(fails_after([&] { replace_by("early"); }), "3");
  run({"init", "--encoder", "net.onnx", "--db", "other"});
  run({"backup", "foreign", "--db", "other"});
  EXPECT_EQ(fails_after([&] { replace_by("foreign"); }), "2");
  EXPECT_EQ(fails_after([&] { fs::rename(path("db"), path("gone")); }), "3");
}

TEST_F(CliWatchTest, ItEndsWhenNobodyReadsAndWhenTheReaderIsSlow) {
  std::string shell = "\"$0\" watch --db \"$1\" | head -1";
  EXPECT_EQ(run_process({"/bin/sh", "-c", shell, SIMDB_PROGRAM, path("db")}).out,
            "{\"change\":0,\"end\":true}\n");
  run({"add", "red", "shapes/red", "--meta", "text=" + std::string(60'000, 'x')});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Process process = watch_since(0);  // tells more than a pipe holds
    ASSERT_TRUE(process.read_line(seconds(20)));
    EXPECT_LT(time_to_end(process, signal), seconds(1));
  }
}

}  // namespace
}  // namespace simdb::test
