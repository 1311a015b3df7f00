// kill -9 in the middle of a bulk add: what was acknowledged is there, and index and store agree.
#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <thread>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

class CliKillTest : public CliTest {
 protected:
  // Adds shapes until `lines` acknowledgements were read and a little more, then kills; returns the
  // acknowledged ids.
  std::set<std::uint64_t> add_and_kill(std::size_t lines) const {
    Process adder(
        {SIMDB_PROGRAM, "add", "--by-folder", path("many"), "--json", "--db", path("db")});
    std::set<std::uint64_t> acknowledged;
    const auto note = [&](const std::string& line) {
      acknowledged.insert(nlohmann::json::parse(line)["id"].get<std::uint64_t>());
    };
    while (acknowledged.size() < lines) {
      const auto line = adder.read_line(std::chrono::seconds(30));
      if (!line) break;
      note(*line);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(lines % 7));
    adder.kill();
    for (const std::string& line : adder.read_rest()) note(line);
    return acknowledged;
  }
};

TEST_F(CliKillTest, NothingAcknowledgedIsLost) {
  constexpr int kRounds = 6;
  constexpr std::size_t kImages = 2700;
  int cut_short = 0;
  ASSERT_EQ(simdb({"sample-data", "many", "--count", "300"}).code, 0);
  for (int round = 0; round < kRounds; ++round) {
    const std::set<std::uint64_t> acknowledged =
        add_and_kill(1 + 97 * static_cast<std::size_t>(round));
    const ProcessResult verified = simdb({"verify"});
    ASSERT_EQ(verified.code, 0) << verified.out << verified.err;
    std::set<std::uint64_t> stored;
    for (const auto& line : json_lines(simdb({"ls", "--json"}).out))
      stored.insert(line["id"].get<std::uint64_t>());
    for (const std::uint64_t id : acknowledged)
      ASSERT_TRUE(stored.contains(id)) << "item " << id << " is lost";
    cut_short += stored.size() < kImages ? 1 : 0;
    if (!stored.empty()) {
      for (const std::string color : {"red", "green", "blue"}) simdb({"rm", "--class", color});
    }
  }
  EXPECT_GE(cut_short, kRounds / 2) << "most rounds ended before the kill: the test shows nothing";
}

}  // namespace
}  // namespace simdb::test
