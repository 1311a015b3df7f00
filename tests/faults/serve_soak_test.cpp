// A server that answers for long at half of what it could: memory and descriptors stay what they
// are, whatever is added, removed and asked meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "simdb/image_codec.h"
#include "tests/faults/serve_fixture.h"
#include "tests/faults/soak_samples.h"
#include "tests/support/fault_run.h"
#include "tests/support/http_client.h"
#include "tests/support/images.h"

namespace simdb::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;

constexpr unsigned kClients = 8;
constexpr std::size_t kGenerations = 4;  // of classes, of which the oldest is removed
constexpr std::size_t kPerGeneration = 200;

class ServeSoakTest : public ServeTest {
 protected:
  // One client's requests for `time`, each due `pause` after the one before; the seconds that a
  // request took on average.
  double work(std::uint16_t port, unsigned seed, duration<double> time, duration<double> pause) {
    std::mt19937 random(seed);
    HttpClient client(port);
    const auto start = Clock::now();
    std::uint64_t count = 0;
    while (Clock::now() - start < time) {
      step(client, random);
      ++count;
      std::this_thread::sleep_until(start + static_cast<double>(count) * pause);
    }
    requests_ += count;
    return duration<double>(Clock::now() - start).count() / static_cast<double>(count);
  }

  // Eight of ten requests ask by a vector, one by a picture, one adds; the last of a generation
  // removes the oldest one.
  void step(HttpClient& client, std::mt19937& random) {
    const unsigned kind = random() % 10;
    if (kind > 1) {
      std::string vector = "{\"vector\":[1";
      for (int i = 1; i < 16; ++i) vector += "," + std::to_string(int(random() % 2001) - 1000);
      return ask(client, "/v1/query/json", vector + "]}", json_);
    }
    const auto bytes = encode_png(noise_image(28, 28, 3, static_cast<unsigned>(random())));
    const std::string_view picture{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (kind == 1) return ask(client, "/v1/query", picture, png_);
    const std::uint64_t place = added_++;
    const std::uint64_t generation = place / kPerGeneration;
    ask(client, "/v1/items?class=generation" + std::to_string(generation), picture, png_);
    if (place % kPerGeneration != kPerGeneration - 1 || generation < kGenerations) return;
    const std::string oldest = "generation" + std::to_string(generation - kGenerations);
    ask(client, "/v1/classes/delete", "{\"class\":\"" + oldest + "\"}", json_);
  }

  void ask(HttpClient& client, const std::string& target, std::string_view body,
           const std::string& fields) {
    const auto answer = client.ask("POST", target, body, fields);
    if (!answer || answer->status / 100 != 2) ++failed_;
  }

  std::string json_;
  std::string png_;
  std::atomic<std::uint64_t> added_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
};

TEST_F(ServeSoakTest, NothingGrows) {
  const duration<double> time(static_cast<double>(amount(4, 10, 3'600)));
  Process server(serve_command());
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  const std::string process = std::to_string(server.pid());
  json_ = fields_of("application/json");
  png_ = fields_of("image/png");

  const auto for_all = [&](unsigned round, duration<double> span, duration<double> pause) {
    std::vector<double> times(kClients);
    {
      std::vector<std::jthread> clients;
      for (unsigned i = 0; i < kClients; ++i) {
        clients.emplace_back([&, i] { times[i] = work(port, round * 100 + i, span, pause); });
      }
    }
    return duration<double>(*std::ranges::max_element(times));
  };
  // Connections that have ended are closed a moment later.
  const auto settled = [&](std::size_t most) {
    SoakSample now = soak_sample(process);
    for (int i = 0; i < 40 && now.descriptors > most; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      now = soak_sample(process);
    }
    return now;
  };
  const duration<double> pause = 2 * for_all(0, time / 10, {});  // half of what it can do
  const SoakSample idle = settled(0);
  requests_ = 0;
  std::vector<SoakSample> samples;
  constexpr unsigned kRounds = 40;
  for (unsigned round = 1; round <= kRounds; ++round) {
    for_all(round, time / kRounds, pause);
    samples.push_back(soak_sample(process));
  }
  EXPECT_EQ(failed_, 0U);
  EXPECT_GT(added_, amount(10, 100, kPerGeneration * kGenerations * 10));
  const double grown = soak_growth(samples);
  // In fewer requests RocksDB has not filled its buffers and caches yet.
  std::string memory;
  for (const SoakSample& sample : samples) {
    memory += std::to_string(std::lround(10 * sample.resident_mib)) + ' ';
  }
  EXPECT_LT(grown, amount(100, 30, 5)) << "tenths of MiB: " << memory;
  EXPECT_EQ(samples.back().threads, idle.threads);
  EXPECT_LE(settled(idle.descriptors).descriptors, idle.descriptors);
  {
    HttpClient held(port);
    held.ask("GET", "/livez");
    EXPECT_GT(settled(0).descriptors, idle.descriptors) << "a lost descriptor would not be noticed";
  }
  ::kill(server.pid(), SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_EQ(simdb({"verify"}).code, 0);
  if (HasFailure()) return;
  record({"F24",
          grouped(requests_) + " requests at half load for " +
              grouped(static_cast<std::uint64_t>(time.count())) + " s",
          "memory " + std::to_string(std::lround(grown)) + " % of " +
              std::to_string(std::lround(samples.back().resident_mib)) +
              " MiB, descriptors and threads as at the start",
          "a connection that stays open: noticed"});
}

}  // namespace
}  // namespace simdb::test
