// The hostile images, through HTTP, in a server that may have 1 GB of address space: each is
// answered or refused, and the server goes on.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/faults/hostile_corpus.h"
#include "tests/faults/serve_fixture.h"
#include "tests/support/fault_run.h"
#include "tests/support/http_client.h"
#include "tests/support/run_process.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

class ServeHostileTest : public ServeTest {
 protected:
  // The bytes of a file; nothing where it is no regular file, or too large to be sent.
  std::optional<std::string> bytes_of(const HostileFile& file) const {
    const fs::path made = folder_ / file.name;
    if (file.heavy) {
      if (run_process({SIMDB_HOSTILE_FILE, file.name, made.string()}).code != 0)
        return std::nullopt;
    } else {
      file.make(made);
    }
    std::error_code ignored;
    if (!fs::is_regular_file(made, ignored) || fs::file_size(made, ignored) > (64UL << 20)) {
      return std::nullopt;
    }
    std::ifstream in(made, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    fs::remove(made, ignored);
    return bytes;
  }
};

TEST_F(ServeHostileTest, EachIsAnsweredOrRefusedInOneGigabyte) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
#ifdef __SANITIZE_ADDRESS__
  const std::string limit;  // it reserves terabytes
#else
  const std::string limit = "ulimit -v 1048576; ";
#endif
  const std::string command = limit + "exec \"$0\" \"$@\" --threads 2";
  std::vector<std::string> words = {"/bin/bash", "-c", command};
  for (const std::string& word : serve_command()) words.push_back(word);
  Process server(words);
  const std::uint16_t port = port_of(server);
  ASSERT_NE(port, 0);
  const std::string fields = fields_of("image/png");
  std::mt19937_64 random(fault_run().seed);
  std::map<int, std::size_t> statuses;
  std::chrono::duration<double> longest{};
  std::string slowest;
  for (const HostileFile& file : hostile_corpus()) {
    if (random() % (file.heavy ? amount(1000, 50, 1) : amount(10, 4, 1)) != 0) continue;
    const auto bytes = bytes_of(file);
    if (!bytes || bytes->empty()) continue;
    HttpClient client(port, std::chrono::seconds(60));
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = client.ask("POST", "/v1/query", *bytes, fields);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(answer) << file.name << " ended it";
    ++statuses[answer->status];
    if (time > longest) {
      longest = time;
      slowest = file.name;
    }
    const bool is_taken = answer->status == 200;
    const bool is_refused = answer->status == 415 || answer->status == 422 ||
                            answer->status == 413 || answer->status == 503;
    EXPECT_TRUE(is_taken || is_refused) << file.name << ": " << answer->status << answer->body;
    if (file.verdict == Verdict::kTaken && !file.heavy) {
      EXPECT_TRUE(is_taken) << file.name << answer->body;
    }
    if (file.verdict == Verdict::kRefused) {
      EXPECT_TRUE(is_refused) << file.name;
    }
  }
  std::printf("longest %.2f s: %s\n", longest.count(), slowest.c_str());
  for (const auto& [status, count] : statuses) std::printf("%d: %zu\n", status, count);
  // It still does what it is there for.
  std::ifstream shape(
      fs::directory_iterator(fs::directory_iterator(path("shapes"))->path())->path(),
      std::ios::binary);
  const std::string picture(std::istreambuf_iterator<char>(shape), {});
  HttpClient client(port);
  EXPECT_EQ(client.ask("POST", "/v1/query", picture, fields)->status, 200);
  ::kill(server.pid(), SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_GE(statuses.size(), 3U) << "taken, no image, damaged";
  if (HasFailure()) return;
  record({"F27", "hostile images through HTTP in 1 GB",
          grouped(statuses[200]) + " answered, the others refused", ""});
}

}  // namespace
}  // namespace simdb::test
