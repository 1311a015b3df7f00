// kill -9 of `simdb serve` while many clients add: what was acknowledged is there. SIGTERM: what
// was begun is answered, all of it is there, and it ends well.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "simdb/image_codec.h"
#include "tests/faults/serve_fixture.h"
#include "tests/support/fault_run.h"
#include "tests/support/http_client.h"
#include "tests/support/images.h"

namespace simdb::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kClients = 32;

class ServeKillTest : public ServeTest {
 protected:
  // Answers of a server: the ids that it said are stored, and what else it said.
  struct Heard {
    std::mutex mutex;
    std::vector<std::uint64_t> ids;
    std::map<int, std::size_t> statuses;  // 0: no answer
  };

  // Adds different pictures, one after the other, until the server is gone.
  void add_until_gone(std::uint16_t port, unsigned seed, Heard& heard) const {
    const std::string fields = fields_of("image/png");
    try {
      HttpClient client(port);
      for (unsigned i = 0;; ++i) {
        const auto bytes = encode_png(noise_image(28, 28, 3, seed * 1'000 + i));
        const auto answer =
            client.ask("POST", "/v1/items?class=c" + std::to_string(i % 3),
                       {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, fields);
        const std::lock_guard lock(heard.mutex);
        ++heard.statuses[answer ? answer->status : 0];
        if (!answer) return;
        if (answer->status == 201) {
          heard.ids.push_back(nlohmann::json::parse(answer->body)["id"].get<std::uint64_t>());
        }
        if (answer->field("connection") == "close") return;
      }
    } catch (const std::system_error&) {
      return;  // nobody listens any more
    }
  }

  // Lets 32 clients add and ends the server with `signal` after a while; its exit status.
  int serve_until(int signal, milliseconds after, Heard& heard) {
    Process server(serve_command());
    const std::uint16_t port = port_of(server);
    if (port == 0) return -2;
    std::vector<std::jthread> clients;
    for (unsigned i = 0; i < kClients; ++i) {
      clients.emplace_back([&, seed = ++seed_] { add_until_gone(port, seed, heard); });
    }
    std::this_thread::sleep_for(after);
    ::kill(server.pid(), signal);
    return server.wait();
  }

  // How many of the ids that were heard, of all runs, are not in the database, or are twice there.
  std::size_t lost(const std::vector<std::uint64_t>& ids) const {
    std::set<std::uint64_t> stored;
    for (const auto& item : json_lines(simdb({"ls", "--json"}).out)) {
      stored.insert(item["id"].get<std::uint64_t>());
    }
    const std::set<std::uint64_t> different(ids.begin(), ids.end());
    const auto missing =
        std::ranges::count_if(different, [&](std::uint64_t id) { return !stored.contains(id); });
    return static_cast<std::size_t>(missing) + ids.size() - different.size();
  }

  unsigned seed_ = 0;
};

TEST_F(ServeKillTest, AKilledServerHasLostNothingThatItAcknowledged) {
  const std::uint64_t kills = amount(3, 20, 200);
  std::mt19937_64 random(fault_run().seed);
  Heard heard;
  for (std::uint64_t i = 0; i < kills; ++i) {
    ASSERT_EQ(serve_until(SIGKILL, milliseconds(100 + random() % 400), heard), -1);
    if (i % 5 != 4 && i + 1 != kills) continue;
    ASSERT_EQ(lost(heard.ids), 0U) << "after kill " << i;
    const ProcessResult verified = simdb({"verify"});
    ASSERT_EQ(verified.code, 0) << verified.out << verified.err;
  }
  EXPECT_GE(heard.ids.size(), kills * 5) << "the kills came too early";
  EXPECT_GE(heard.statuses[0], kills) << "no request was cut off";
  const std::string gone = std::to_string(heard.ids.at(heard.ids.size() / 2));
  ASSERT_EQ(simdb({"rm", gone}).code, 0);
  EXPECT_EQ(lost(heard.ids), 1U) << "a loss would not be noticed";
  if (HasFailure()) return;
  record({"F23", grouped(kills) + " kills of simdb serve while 32 clients add",
          grouped(heard.ids.size()) + " acknowledged images, 0 lost, 0 twice",
          "an item removed behind its back: noticed"});
}

TEST_F(ServeKillTest, AServerThatIsToldToStopFinishesWhatItHasBegun) {
  const std::uint64_t stops = amount(2, 5, 50);
  std::mt19937_64 random(fault_run().seed);
  Heard heard;
  for (std::uint64_t i = 0; i < stops; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(serve_until(SIGTERM, milliseconds(200 + random() % 300), heard), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
  }
  EXPECT_EQ(lost(heard.ids), 0U);
  EXPECT_GE(heard.ids.size(), stops * 5);
  // Each image that is there was acknowledged: nothing was begun that was not finished.
  EXPECT_EQ(items(), heard.ids.size());
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(ServeKillTest, ManyConnectionsLeaveTheStoreItsDescriptors) {
  Process server({"/bin/bash", "-c",
                  "ulimit -Sn 256; exec \"$0\" serve --db \"$1\" --listen 127.0.0.1:0 --quiet",
                  SIMDB_PROGRAM, path("db")});
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  std::vector<HttpClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(port);
    const auto answer = idle.back().ask("GET", "/livez");
    ASSERT_TRUE(answer) << "connection " << i;
    ASSERT_EQ(answer->status, 200);
  }
  const auto image = encode_png(noise_image(28, 28, 3, 1));
  const auto added = idle.back().ask("POST", "/v1/items?class=a",
                                     {reinterpret_cast<const char*>(image.data()), image.size()},
                                     fields_of("image/png"));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->status, 201) << added->body;
}

}  // namespace
}  // namespace simdb::test
