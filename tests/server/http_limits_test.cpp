// What clients may take of an HttpServer: time, memory, connections.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/server/toy_server.h"

namespace simdb::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::http_request;
using test::HttpAnswer;
using test::HttpClient;

std::string host_of(const ToyServer& server) {
  return "localhost:" + std::to_string(server.port());
}

std::string post_head(const ToyServer& server, const std::string& target, std::uint64_t length) {
  return http_request("POST", target, {}, "Content-Length: " + std::to_string(length) + "\r\n",
                      host_of(server));
}

int status_of(const std::optional<HttpAnswer>& answer) { return answer ? answer->status : 0; }

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

TEST(HttpLimitsTest, GiveAHeadAndABodyTheirTime) {
  ToyServer server;
  for (const std::string& begin :
       {std::string("G"), std::string("GET /echo HTTP/1.1\r\nHost:"),
        post_head(server, "/echo", 10), post_head(server, "/echo", 10) + "some"}) {
    HttpClient client = server.client();
    const auto start = steady_clock::now();
    ASSERT_TRUE(client.send(begin));
    const auto answer = client.read();
    ASSERT_TRUE(answer) << begin;
    EXPECT_EQ(answer->status, 408) << begin;
    EXPECT_EQ(answer->field("connection"), "close");
    const auto time = steady_clock::now() - start;
    EXPECT_GE(time, milliseconds(350));
    EXPECT_LT(time, milliseconds(1'500));
    EXPECT_TRUE(client.is_closed());
  }
  // A byte now and then does not prolong it.
  HttpClient client = server.client();
  const auto start = steady_clock::now();
  while (client.is_silent(milliseconds(20)) && steady_clock::now() - start < seconds(5)) {
    client.send("a");
  }
  EXPECT_EQ(status_of(client.read()), 408);
  EXPECT_LT(steady_clock::now() - start, milliseconds(1'500));
  // Who says nothing is let go without a word.
  HttpClient idle = server.client();
  EXPECT_TRUE(idle.is_closed());
}

TEST(HttpLimitsTest, RefuseABodyBeforeItIsRead) {
  ToyServer server;
  for (const std::uint64_t length : {ToyApplication::kMaxBody + 1, std::uint64_t{UINT64_MAX}}) {
    HttpClient client = server.client();
    ASSERT_TRUE(client.send(post_head(server, "/echo", length)));
    const auto answer = client.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
    // Most of what comes all the same is not read.
    std::size_t taken = 0;
    while (taken < (64UL << 20) && client.send(std::string(1UL << 20, 'x'))) taken += 1UL << 20;
    EXPECT_LT(taken, 32UL << 20);
  }
  HttpClient client = server.client();
  EXPECT_EQ(status_of(client.ask("POST", "/echo", std::string(ToyApplication::kMaxBody, 'x'))),
            200);
}

TEST(HttpLimitsTest, BoundTheBytesOfAllBodies) {
  HttpLimits limits = short_limits();
  limits.max_body_bytes = 1'000'000;
  limits.body_time = seconds(5);
  ToyServer server(limits);
  const auto large = [&] {
    return status_of(server.client().ask("POST", "/echo", std::string(900'000, 'x')));
  };
  {
    HttpClient first = server.client();
    ASSERT_TRUE(first.send(post_head(server, "/echo", 600'000) + "some"));
    ASSERT_TRUE(comes_true([&] { return server.application.admitted == 1; }));
    HttpClient second = server.client();
    ASSERT_TRUE(second.send(post_head(server, "/echo", 600'000)));
    const auto busy = second.read();
    ASSERT_TRUE(busy);
    EXPECT_EQ(busy->status, 503);
    EXPECT_EQ(busy->field("retry-after"), "1");
    EXPECT_EQ(status_of(server.client().ask("POST", "/echo", "small")), 200);
  }
  // However a request ends, it gives back what it took.
  EXPECT_TRUE(comes_true([&] { return large() == 200; }));
  for (const char* target : {"/drop", "/throw", "/refused"}) {
    for (int i = 0; i < 3; ++i) {
      server.client().ask("POST", target, std::string(400'000, 'x'));
    }
    EXPECT_TRUE(comes_true([&] { return large() == 200; })) << target;
  }
  for (int i = 0; i < 3; ++i) {
    HttpClient client = server.client();
    client.send(post_head(server, "/hold", 400'000) + std::string(400'000, 'x'));
    ASSERT_TRUE(comes_true([&] { return server.application.held() == 1; }));
    server.application.take_held().clear();
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_EQ(large(), 200);
}

TEST(HttpLimitsTest, BoundTheConnections) {
  HttpLimits limits = short_limits();
  limits.max_connections = 5;
  limits.idle_time = seconds(20);
  ToyServer server(limits);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(server.client());
    EXPECT_EQ(status_of(clients.back().ask("GET", "/echo")), 200);
  }
  HttpClient more = server.client();
  EXPECT_TRUE(more.is_closed());
  EXPECT_EQ(status_of(clients[2].ask("GET", "/echo")), 200);
  clients.pop_back();
  ASSERT_TRUE(comes_true([&] { return server.server().connections() == 4; }));
  EXPECT_EQ(status_of(server.client().ask("GET", "/echo")), 200);
}

TEST(HttpLimitsTest, DropWhoDoesNotRead) {
  ToyServer server;
  for (const char* target : {"/large", "/long-stream"}) {
    HttpClient client = server.client();
    ASSERT_TRUE(client.send(http_request("GET", target, {}, {}, host_of(server))));
    EXPECT_TRUE(comes_true([&] { return server.server().connections() == 1; }));
    EXPECT_TRUE(comes_true([&] { return server.server().connections() == 0; })) << target;
    // Or goes away in the middle.
    {
      HttpClient leaver = server.client();
      ASSERT_TRUE(leaver.send(http_request("GET", target, {}, {}, host_of(server))));
      EXPECT_FALSE(leaver.read_some().empty());
    }
    EXPECT_TRUE(comes_true([&] { return server.server().connections() == 0; })) << target;
  }
  EXPECT_TRUE(comes_true([] { return ToyStream::alive == 0; }));
}

// Who reads slowly, but reads, gets all of it.
TEST(HttpLimitsTest, WaitForWhoReadsSlowly) {
  HttpLimits limits = short_limits();
  limits.write_time = seconds(4);  // the kernel tells of room when there is much
  ToyServer server(limits);
  HttpClient client = server.client();
  ASSERT_TRUE(client.send(http_request("GET", "/large", {}, {}, host_of(server))));
  std::size_t size = 0;
  for (int i = 0; i < 30; ++i) {
    size += client.read_some(65'536).size();
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GE(size, 30UL * 4'096);
  while (true) {
    const std::size_t more = client.read_some(1UL << 20).size();
    size += more;
    if (more == 0 || size > (32UL << 20)) break;
  }
  EXPECT_GT(size, 32UL << 20);
}

TEST(HttpLimitsTest, ServeOthersWhileTwoHundredAreSlow) {
  HttpLimits limits = short_limits();
  limits.head_time = limits.body_time = limits.write_time = seconds(4);
  ToyServer server(limits);
  const auto round = [&] {
    std::vector<HttpClient> slow;
    for (int i = 0; i < 200; ++i) {
      slow.push_back(server.client());
      if (i % 4 == 1) slow.back().send(post_head(server, "/echo", 100'000));
      if (i % 4 == 2) {
        slow.back().send(http_request("GET", "/long-stream", {}, {}, host_of(server)));
      }
      if (i % 4 == 3) slow.back().send("GET /echo HTTP/1.1\r\n");
    }
    ASSERT_TRUE(comes_true([&] { return server.server().connections() >= 200; }));
    for (int step = 0; step < 20; ++step) {
      for (std::size_t i = 0; i < slow.size(); ++i) {
        if (i % 4 == 2) {
          if (!slow[i].is_silent(milliseconds(0))) slow[i].read_some(1);
        } else {
          slow[i].send("a");
        }
      }
      const auto start = steady_clock::now();
      EXPECT_EQ(status_of(server.client().ask("GET", "/echo")), 200);
      EXPECT_LT(steady_clock::now() - start, seconds(1));
      std::this_thread::sleep_for(milliseconds(10));
    }
  };
  EXPECT_EQ(status_of(server.client().ask("GET", "/echo")), 200);
  ASSERT_TRUE(comes_true([&] { return server.server().connections() == 0; }));
  const std::size_t descriptors = open_descriptors();
  round();
  const auto is_over = [&] { return server.server().connections() == 0; };
  ASSERT_TRUE(comes_true(is_over));
  const std::size_t memory = resident_bytes();
  for (int i = 0; i < 2; ++i) {
    round();
    ASSERT_TRUE(comes_true(is_over));
  }
  EXPECT_LE(open_descriptors(), descriptors);
  EXPECT_LT(resident_bytes(), memory + (48UL << 20));
}

}  // namespace
}  // namespace simdb::server
