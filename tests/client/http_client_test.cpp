#include "client/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>
#include <utility>
#include <vector>

#include "simdb/error.h"
#include "tests/support/temporary_folder.h"

namespace simdb::client {
namespace {

using testing::HasSubstr;

// A socket on which each request gets the next answer of a script; "" closes the connection.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    thread_ = std::thread([this] { run(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() { end(); }

  /// Waits until all answers are given.
  void end() {
    if (thread_.joinable()) thread_.join();
  }
  std::string path() const { return (folder_.path() / "s").string(); }
  Server server() const { return {.address = parse_server_address("unix:" + path())}; }
  /// Once it has ended.
  const std::vector<std::string>& requests() const { return requests_; }
  int connections() const { return connections_; }

 private:
  void run() {
    std::size_t next = 0;
    while (next < answers_.size()) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      ++connections_;
      while (next < answers_.size()) {
        const std::string request = read_head(connection);
        if (request.empty()) break;
        requests_.push_back(request);
        const std::string& answer = answers_[next++];
        if (answer.empty()) break;
        ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      ::close(connection);
    }
    ::close(listener_);
  }
  static std::string read_head(int connection) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(connection, &c, 1, 0) == 1) head += c;
    return head;
  }

  test::TemporaryFolder folder_;
  const std::vector<std::string> answers_;
  int listener_ = -1;
  std::vector<std::string> requests_;
  int connections_ = 0;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body,
                   const std::string& fields = "") {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

ErrorCode code_of(const std::string& reply) {
  ScriptedServer server({reply});
  try {
    HttpClient(server.server()).ask({.target = "/"});
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{0};
}

TEST(HttpClientTest, KeepsItsConnectionAndShowsItsToken) {
  ScriptedServer scripted({answer("200 OK", "one"), answer("200 OK", "two")});
  Server server = scripted.server();
  server.token = "secret";
  HttpClient client(server);
  EXPECT_EQ(client.ask({.target = "/a"}), "one");
  EXPECT_EQ(client.ask({.target = "/b?c=d"}), "two");
  scripted.end();
  EXPECT_EQ(scripted.connections(), 1);
  EXPECT_EQ(scripted.requests().at(1),
            "GET /b?c=d HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\r\n");
}

TEST(HttpClientTest, RepeatsOnlyWhatMayBeRepeated) {
  ScriptedServer scripted({answer("200 OK", "one"), "", answer("200 OK", "two"), ""});
  HttpClient client(scripted.server());
  EXPECT_EQ(client.ask({.target = "/a"}), "one");
  EXPECT_EQ(client.ask({.target = "/b"}), "two");
  try {
    client.ask({.method = "POST", .target = "/c", .is_repeatable = false});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_THAT(error.what(), HasSubstr("look whether it was done"));
  }
  scripted.end();
  EXPECT_EQ(scripted.requests().size(), 4U);
}

TEST(HttpClientTest, ComesBackToABusyServer) {
  const std::string busy = R"({"detail":"too many requests","code":"busy"})";
  ScriptedServer scripted({answer("503 Busy", busy, "Retry-After: 0\r\n"), answer("200 OK", "ok")});
  EXPECT_EQ(HttpClient(scripted.server()).ask({.target = "/"}), "ok");
  EXPECT_EQ(code_of(answer("503 Busy", busy, "Retry-After: 3600\r\n")), ErrorCode::kBusy);
}

TEST(HttpClientTest, FailsAsTheServerSays) {
  const auto problem = [](const char* code) {
    return std::string(R"({"detail":"d","code":")") + code + R"("})";
  };
  EXPECT_EQ(code_of(answer("400 Bad", problem("usage"))), ErrorCode::kUsage);
  EXPECT_EQ(code_of(answer("401 Who", problem("unauthorized"))), ErrorCode::kUsage);
  EXPECT_EQ(code_of(answer("404 No", problem("not_found"))), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(answer("409 No", problem("conflict"))), ErrorCode::kBusy);
  EXPECT_EQ(code_of(answer("413 Much", problem("usage"))), ErrorCode::kBadInput);
  EXPECT_EQ(code_of(answer("422 Bad", problem("bad_input"))), ErrorCode::kBadInput);
  EXPECT_EQ(code_of(answer("500 Bad", problem("corruption"))), ErrorCode::kCorruption);
  EXPECT_EQ(code_of(answer("500 Bad", problem("io"))), ErrorCode::kIo);
  EXPECT_EQ(code_of(answer("500 Bad", "<html>")), ErrorCode::kInternal);
  EXPECT_EQ(code_of(answer("507 Full", problem("full"))), ErrorCode::kIo);
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), ErrorCode::kIo);
  EXPECT_EQ(code_of("220 mail.example ESMTP\r\n"), ErrorCode::kIo);
}

TEST(HttpClientTest, EndsWhenItIsToldTo) {
  ScriptedServer scripted({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"});
  HttpClient client(scripted.server());
  EXPECT_FALSE(client.ask({.target = "/"}, [](std::string_view) { return false; }));
  scripted.end();
  struct Signal {};
  Server server = scripted.server();
  server.check = [] { throw Signal(); };
  ScriptedServer silent({answer("200 OK", "x")});
  server.address = silent.server().address;
  EXPECT_THROW(HttpClient(server).ask({.target = "/"}), Signal);
}

TEST(HttpClientTest, SaysWhomItCannotReach) {
  const Server nobody{.address = parse_server_address("unix:/nowhere/s")};
  try {
    HttpClient(nobody).ask({.target = "/"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_THAT(error.what(), HasSubstr("unix:/nowhere/s: No such file"));
  }
}

}  // namespace
}  // namespace simdb::client
