// Several processes change one gallery; some are killed.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

#include "tests/postgres/citus.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"

namespace simdb::test {
namespace {

using namespace std::chrono_literals;

class PostgresWritersTest : public PostgresTest {
 protected:
  // How many are killed; $SIMDB_POSTGRES_KILLS for more.
  static int kills() {
    const char* const wanted = std::getenv("SIMDB_POSTGRES_KILLS");
    return wanted == nullptr ? 20 : std::stoi(wanted);
  }
  std::unique_ptr<Process> start_writer(std::uint64_t first) const {
    auto writer = std::make_unique<Process>(std::vector<std::string>{
        SIMDB_POSTGRES_WRITER, address.server, address.schema, std::to_string(first)});
    EXPECT_EQ(writer->read_line(60s), "ready");
    return writer;
  }
};

// The same on one server and on a cluster.
class WritersTest : public PostgresWritersTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("citus")) {
      if (!CitusPlace::cluster()) GTEST_SKIP() << CitusPlace::reason();
      address = citus_.emplace().address();
    } else {
      PostgresWritersTest::SetUp();
    }
  }

 private:
  std::optional<CitusPlace> citus_;
};
INSTANTIATE_TEST_SUITE_P(On, WritersTest, testing::Values("one_server", "citus"),
                         [](const auto& tested) { return tested.param; });

TEST_P(WritersTest, TheSameItemsOfSeveralProcessesAreThereOnce) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  std::vector<std::unique_ptr<Process>> writers;
  for (int i = 0; i < 3; ++i) writers.push_back(start_writer(1));
  for (const auto& writer : writers) writer->write_line("go");
  constexpr int kCalls = 60;
  for (const auto& writer : writers) {
    for (int i = 1; i <= kCalls; ++i) ASSERT_EQ(writer->read_line(60s), std::to_string(i));
  }
  for (const auto& writer : writers) writer->kill();
  std::set<Sha256> digests;
  ItemId last{};
  std::uint64_t items = 0;
  gallery->for_each_item([&](const ItemRecord& record) {
    EXPECT_TRUE(digests.insert(record.info.digest).second);
    EXPECT_EQ(to_number(record.id), to_number(last) + 1) << "ids follow one another";
    last = record.id;
    return ++items > 0;
  });
  EXPECT_GE(items, kCalls + 1U);
  EXPECT_EQ(gallery->stats().items, items);
  // Each call of the three that found nothing new was no change.
  const auto history = gallery->changes_since(0);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->events.size(), items);
  for (std::size_t i = 0; i < history->events.size(); ++i) {
    EXPECT_EQ(to_number(history->events[i].id), i + 1) << "ids ascend in the order of the changes";
  }
  EXPECT_TRUE(gallery->verify().empty());
}

TEST_P(WritersTest, AKilledWriterLeavesWholeChanges) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  std::uint64_t first = 1;
  for (int round = 0; round < kills(); ++round) {
    const auto writer = start_writer(first);
    writer->write_line("go");
    std::uint64_t acknowledged = first;
    for (int i = 0; i <= round % 4; ++i) {
      const auto line = writer->read_line(60s);
      ASSERT_TRUE(line);
      acknowledged = std::stoull(*line);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(577 * (round % 20)));
    writer->kill();
    for (const std::string& line : writer->read_rest()) acknowledged = std::stoull(line);
    for (std::uint64_t number = first; number <= acknowledged + 1; ++number) {
      ASSERT_EQ(gallery->find_digest(numbered_item(number, "a").info.digest).size(), 1U)
          << number << " in round " << round;
    }
    first = acknowledged + 100;
  }
  EXPECT_EQ(gallery->verify(), std::vector<std::string>());
}

TEST_F(PostgresWritersTest, AServerThatDiesAndComesBackLosesNothing) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  std::uint64_t added = 0;
  const auto add = [&](std::uint64_t number) {
    const std::vector<NewItem> items{numbered_item(number, "a")};
    gallery->add(items, corner_embeddings(1, number));
    ++added;
  };
  for (int round = 0; round < kills() / 6; ++round) {
    const std::string command = round % 3 == 1 ? "restart" : "kill";
    std::jthread breaker([&] { EXPECT_EQ(PostgresServer::shared()->command(command), "done"); });
    for (int i = 0; i < 200; ++i) add(added + 1);
    breaker.join();
    add(added + 1);
  }
  EXPECT_EQ(gallery->stats().items, added);
  EXPECT_EQ(gallery->changes(), added);
  EXPECT_EQ(gallery->verify(), std::vector<std::string>());
}

}  // namespace
}  // namespace simdb::test
