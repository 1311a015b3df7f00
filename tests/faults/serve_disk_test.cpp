// `simdb serve` on a disk that is full, read-only or damaged, while clients ask and add: answers of
// 507 and 500, never wrong data, and what was acknowledged is there.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "simdb/image_codec.h"
#include "tests/faults/serve_fixture.h"
#include "tests/faults/small_disk.h"
#include "tests/support/fault_run.h"
#include "tests/support/http_client.h"
#include "tests/support/images.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

std::string noise(unsigned seed, int side = 28) {
  const auto bytes = encode_png(noise_image(side, side, 3, seed));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ServeDiskTest : public ServeTest {
 protected:
  // Of requests of one connection, which is opened anew when it is gone.
  class Client {
   public:
    Client(std::uint16_t port, std::string fields) : port_(port), fields_(std::move(fields)) {}
    HttpAnswer ask(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
      if (!client_) client_.emplace(port_);
      auto answer = client_->ask(method, target, body, fields_);
      if (!answer || answer->field("connection") == "close") client_.reset();
      return answer.value_or(HttpAnswer{});
    }

   private:
    const std::uint16_t port_;
    const std::string fields_;
    std::optional<HttpClient> client_;
  };

  Client client_of(std::uint16_t port, const std::string& type = "image/png") const {
    return {port, fields_of(type)};
  }
  // The database in place of "db".
  void move_to(const fs::path& folder) {
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
    fs::copy(path("db"), folder / "db", fs::copy_options::recursive);
    fs::remove_all(path("db"));
    fs::create_directory_symlink(folder / "db", path("db"));
  }
};

TEST_F(ServeDiskTest, AFullDiskIsToldAndLosesNothing) {
  const SmallDisk disk(24 * kMiB);
  if (!disk.ok()) GTEST_SKIP() << "this process may not mount a file system";
  move_to(disk.path());
  std::mutex mutex;
  std::map<std::uint64_t, unsigned> stored;  // the seed of an item's picture
  std::map<int, std::size_t> statuses;
  const std::size_t before = items();
  {
    Process server(serve_command());
    const std::uint16_t port = port_of(server);
    ASSERT_NE(port, 0);
    const std::string question = noise(1'000'000);
    const HttpAnswer before_it = client_of(port).ask("POST", "/v1/query?class=red", question);
    EXPECT_EQ(before_it.status, 200);
    std::ofstream ballast(disk.path() / "ballast");
    const std::string kilobytes(64 << 10, 'x');
    while (fs::space(disk.path()).available > 3 * kMiB) ballast << kilobytes << std::flush;
    ballast.close();
    std::atomic<bool> is_full = false;
    std::vector<std::jthread> clients;
    for (unsigned number = 1; number <= 8; ++number) {
      clients.emplace_back([&, number] {
        Client client = client_of(port);
        for (unsigned i = 0; i < 1'000 && !is_full; ++i) {
          const unsigned seed = number * 10'000 + i;
          const HttpAnswer added = client.ask("POST", "/v1/items?class=noise", noise(seed, 64));
          const std::lock_guard lock(mutex);
          ++statuses[added.status];
          if (added.status == 201) stored[json::parse(added.body)["id"]] = seed;
          if (added.status == 507) {
            EXPECT_EQ(json::parse(added.body)["code"], "full");
            EXPECT_EQ(added.body.find(disk.path()), std::string::npos) << added.body;
            is_full = true;
          }
        }
      });
    }
    clients.clear();
    EXPECT_TRUE(is_full);
    EXPECT_GT(statuses[201], 0U);
    EXPECT_EQ(statuses[0], 0U) << "no answer at all";
    // It still reads and answers; a picture that can't be kept is told too.
    Client client = client_of(port);
    EXPECT_EQ(client.ask("POST", "/v1/query?class=red", question).body, before_it.body);
    std::ofstream(disk.path() / "rest") << std::string(4 * kMiB, 'x');
    const HttpAnswer kept =
        client.ask("POST", "/v1/query?keep-unknown=true&accept=1", noise(2'000'000, 64));
    EXPECT_EQ(kept.status, 507) << kept.body;
    EXPECT_EQ(json::parse(client.ask("GET", "/v1/unknowns").body)["total"], 0);
    EXPECT_EQ(client.ask("GET", "/readyz").status, 200);
    ::kill(server.pid(), SIGTERM);
    EXPECT_EQ(server.wait(), 0);
  }
  fs::remove(disk.path() / "ballast");
  fs::remove(disk.path() / "rest");
  EXPECT_EQ(simdb({"verify"}).code, 0);
  Process server(serve_command());
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  Client client = client_of(port);
  for (const auto& [id, seed] : stored) {
    const json item = json::parse(client.ask("GET", "/v1/items/" + std::to_string(id)).body);
    const std::string picture = noise(seed, 64);
    EXPECT_EQ(item["sha256"], to_hex(sha256(std::as_bytes(std::span(picture)))));
  }
  EXPECT_EQ(client.ask("POST", "/v1/items?class=noise", noise(3'000'000)).status, 201)
      << "with space again it takes items";
  EXPECT_GE(json::parse(client.ask("GET", "/v1/stats").body)["items"], before + stored.size() + 1);
  if (HasFailure()) return;
  record({"F25", grouped(statuses[201]) + " adds by 8 clients until the disk was full",
          "507, 0 acknowledged items lost; queries went on", ""});
}

TEST_F(ServeDiskTest, AReadOnlyDiskIsReadAndNotWritten) {
  const SmallDisk disk(24 * kMiB);
  if (!disk.ok()) GTEST_SKIP() << "this process may not mount a file system";
  move_to(disk.path());
  {
    Process server(serve_command());
    const std::uint16_t port = port_of(server);
    ASSERT_NE(port, 0);
    EXPECT_EQ(client_of(port).ask("POST", "/v1/query?keep-unknown=1&accept=1", noise(1)).status,
              200);
    ::kill(server.pid(), SIGTERM);
    EXPECT_EQ(server.wait(), 0);
  }
  ASSERT_TRUE(disk.make_read_only());
  const ProcessResult writing = simdb({"serve", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(writing.code, 6) << writing.err;
  std::vector<std::string> command = serve_command();
  command.emplace_back("--read-only");
  Process server(command);
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  Client client = client_of(port);
  EXPECT_EQ(client.ask("POST", "/v1/query", noise(1)).status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/query?keep-unknown=1", noise(2)).status, 403);
  EXPECT_EQ(client.ask("POST", "/v1/items?class=a", noise(1)).status, 403);
  EXPECT_EQ(json::parse(client.ask("GET", "/v1/unknowns").body)["total"], 1);
  ::kill(server.pid(), SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

// What a sound server answers.
TEST_F(ServeDiskTest, DamageUnderLoadIsNoWrongAnswer) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  ASSERT_EQ(simdb({"compact"}).code, 0);
  std::vector<std::string> targets;
  for (std::size_t id = 1; id <= items(); ++id) {
    const std::string item = "/v1/items/" + std::to_string(id);
    targets.insert(targets.end(), {item, item + "/thumbnail"});
  }
  targets.emplace_back("/v1/items?limit=20");
  std::map<std::string, std::string> right;
  {
    Process server(serve_command());
    const std::uint16_t port = port_of(server);
    ASSERT_NE(port, 0);
    Client client = client_of(port);
    for (const std::string& target : targets) right[target] = client.ask("GET", target).body;
    ::kill(server.pid(), SIGKILL);
    server.wait();
  }
  Process server(serve_command());
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> refused = 0;
  std::atomic<bool> is_over = false;
  const auto add = [&](Client& client, unsigned seed) {
    const int added = client.ask("POST", "/v1/items?class=zz", noise(seed)).status;
    EXPECT_TRUE(added == 201 || added == 500) << added;
  };
  const auto load = [&](unsigned number) {
    Client client = client_of(port);
    for (unsigned i = number; !is_over; ++i) {
      const std::string& target = targets[i * 7 % targets.size()];
      const HttpAnswer answer = client.ask("GET", target);
      if (answer.status == 200) {
        ++answered;
        EXPECT_EQ(answer.body, right[target]) << target;
      } else {
        ++refused;
        EXPECT_EQ(answer.status, 500) << target << ' ' << answer.body;
      }
      if (i % 50 == 0) add(client, number * 10'000'000 + i);
    }
  };
  {
    std::vector<std::jthread> clients;
    // Reads nothing: what was read is remembered.
    clients.emplace_back([&] {
      Client client = client_of(port);
      for (unsigned i = 1; !is_over; ++i) add(client, 1'000'000 + i);
    });
    // Here and there: other blocks are sound.
    for (const auto& entry : fs::recursive_directory_iterator(path("db/store"))) {
      if (entry.path().extension() != ".sst") continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(entry.file_size() / 3));
      file << "damage";
    }
    for (unsigned number = 2; number <= 8; ++number) clients.emplace_back(load, number);
    std::this_thread::sleep_for(std::chrono::milliseconds(amount(300, 1'500, 20'000)));
    is_over = true;
  }
  EXPECT_GT(refused, 0U) << "the damage was not met";
  EXPECT_GT(answered, 0U) << "all was damaged";
  EXPECT_EQ(client_of(port).ask("GET", "/readyz").status, 200);
  ::kill(server.pid(), SIGTERM);
  EXPECT_GE(server.wait(), 0) << "it was killed by a signal";
  EXPECT_NE(simdb({"verify"}).code, 0);
  if (HasFailure()) return;
  record({"F26", "a store damaged under 8 clients",
          grouped(answered) + " right answers, " + grouped(refused) + " errors, 0 wrong", ""});
}

}  // namespace
}  // namespace simdb::test
