// How an HttpServer begins and ends, and what outlives it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

#include "simdb/error.h"
#include "tests/server/toy_server.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::code_of;
using test::http_request;
using test::HttpAnswer;
using test::HttpClient;
using testing::HasSubstr;

int status_of(const std::optional<HttpAnswer>& answer) { return answer ? answer->status : 0; }

std::string get(const ToyServer& server, const std::string& target) {
  return http_request("GET", target, {}, {}, "localhost:" + std::to_string(server.port()));
}

TEST(HttpStopTest, FinishesWhatRunsAndRefusesTheRest) {
  ToyServer server;
  HttpClient idle = server.client();
  HttpClient busy = server.client();
  HttpClient pipelined = server.client();
  EXPECT_EQ(status_of(idle.ask("GET", "/echo")), 200);
  ASSERT_TRUE(busy.send(get(server, "/hold")));
  ASSERT_TRUE(pipelined.send(get(server, "/hold") + get(server, "/echo")));
  ASSERT_TRUE(comes_true([&] { return server.application.held() == 2; }));
  EXPECT_FALSE(server.server().is_stopping());
  server.server().stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(server.server().is_stopping());
  EXPECT_TRUE(comes_true([&] {
    try {
      server.client();
      return false;
    } catch (const std::system_error&) {
      return true;
    }
  })) << "nobody listens any more";
  EXPECT_TRUE(busy.is_silent(milliseconds(0)));
  for (const auto& respond : server.application.take_held()) respond({.body = "done"});
  for (HttpClient* client : {&busy, &pipelined}) {
    const auto answer = client->read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "done");
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_TRUE(client->is_closed()) << "what was pipelined is not begun";
  }
  server.stop();
}

TEST(HttpStopTest, IsOverInTimeWhateverRuns) {
  ToyServer server;
  HttpClient held = server.client();
  HttpClient half = server.client();
  HttpClient unread = server.client();
  ASSERT_TRUE(held.send(get(server, "/hold")));
  ASSERT_TRUE(half.send("POST /echo HTTP/1.1\r\n"));
  ASSERT_TRUE(unread.send(get(server, "/large")));
  ASSERT_TRUE(comes_true([&] { return server.application.held() == 1; }));
  const auto start = steady_clock::now();
  server.stop();
  EXPECT_LT(steady_clock::now() - start, milliseconds(2'500));
  // Too late, from another thread: nothing happens but that the last one closes the door.
  auto late = server.application.take_held();
  ASSERT_EQ(late.size(), 1U);
  std::thread([late = std::move(late)] { late[0]({.body = "late"}); }).join();
  EXPECT_TRUE(held.is_closed());
}

TEST(HttpStopTest, OutlivesAnswersOfManyThreads) {
  for (int round = 0; round < 10; ++round) {
    HttpLimits limits = short_limits();
    limits.stop_time = milliseconds(10);
    auto server = std::make_unique<ToyServer>(limits);
    std::vector<HttpClient> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(server->client());
      ASSERT_TRUE(clients.back().send(get(*server, "/hold")));
    }
    ASSERT_TRUE(comes_true([&] { return server->application.held() == 8; }));
    std::vector<std::thread> threads;
    for (auto& respond : server->application.take_held()) {
      threads.emplace_back([respond = std::move(respond), i = threads.size()]() mutable {
        std::this_thread::sleep_for(milliseconds(10 * i));
        if (i % 3 == 0) {
          respond = nullptr;
        } else {
          respond({.body = "answer"});
        }
      });
    }
    server->server().stop();
    server.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(HttpStopTest, StopsOnceItIsTold) {
  ToyApplication application;
  int asked = 0;
  HttpServer server(application, listen_on("127.0.0.1:0"), {}, short_limits());
  server.run([&] { return ++asked == 3; });
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(server.is_stopping());
  HttpServer at_once(application, listen_on("127.0.0.1:0"), {}, short_limits());
  at_once.stop();
  at_once.run([] { return false; });
}

TEST(HttpStopTest, ServesAUnixSocketThatNobodyElseOpens) {
  const test::TemporaryFolder folder;
  const auto path = folder / "http.sock";
  const std::string address = "unix:" + path.string();
  {
    // As a server that was killed leaves it.
    const int dead = ::dup(listen_on(address).front().descriptor());
    ASSERT_GE(dead, 0);
    ::close(dead);
    EXPECT_FALSE(std::filesystem::exists(path)) << "removed with its owner";
    auto abandoned = listen_on(address);
    const auto moved = folder / "moved.sock";
    std::filesystem::rename(path, moved);
    abandoned.clear();
    std::filesystem::rename(moved, path);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  {
    ToyServer server(short_limits(), address);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(status_of(HttpClient(path).ask("GET", "/echo")), 200);
    EXPECT_EQ(code_of([&] { listen_on(address); }), ErrorCode::kBusy);
    EXPECT_EQ(status_of(HttpClient(path).ask("GET", "/echo")), 200) << "still there";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  // What is no socket stays.
  std::ofstream(path) << "a file";
  EXPECT_EQ(code_of([&] { listen_on(address); }), ErrorCode::kBusy);
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST(HttpStopTest, TellsThatAnAddressIsTaken) {
  const ToyServer server;
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  const Error error = test::error_of([&] { listen_on(address); });
  EXPECT_EQ(error.code(), ErrorCode::kBusy);
  EXPECT_THAT(error.what(), HasSubstr(address));
}

// Whoever comes and goes before it is accepted must not stop the one thread in accept().
TEST(HttpStopTest, NeverWaitsToAcceptOnASocketThatItWasGiven) {
  auto made = listen_on("127.0.0.1:0");
  const int given = ::dup(made.front().descriptor());
  ASSERT_EQ(::fcntl(given, F_SETFL, 0), 0);  // as systemd hands it on
  std::vector<ListenSocket> sockets;
  sockets.emplace_back(given);
  EXPECT_NE(::fcntl(given, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(given, F_GETFD) & FD_CLOEXEC, 0);
  made.clear();
  const ToyServer server(short_limits(), std::move(sockets));
  EXPECT_EQ(status_of(server.client().ask("GET", "/echo")), 200);
}

TEST(HttpStopTest, ServesOnWhenDescriptorsHaveRunOut) {
  ToyServer server;
  HttpClient before = server.client();
  EXPECT_EQ(status_of(before.ask("GET", "/echo")), 200);
  HttpClient waiting = server.client();
  EXPECT_EQ(status_of(waiting.ask("GET", "/echo")), 200);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_GE(socket, 0);
  rlimit low = limit;
  low.rlim_cur = static_cast<rlim_t>(socket) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  ::close(socket);
  std::optional<HttpClient> one;
  try {
    one.emplace(server.client());  // takes the last one
    EXPECT_TRUE(one->is_silent(milliseconds(300)));
    EXPECT_EQ(status_of(before.ask("GET", "/echo")), 200);
  } catch (const std::system_error&) {
    ADD_FAILURE() << "no descriptor for the client";
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_TRUE(one);
  EXPECT_EQ(status_of(one->ask("GET", "/echo")), 200) << "accepted when there was room again";
}

}  // namespace
}  // namespace simdb::server
