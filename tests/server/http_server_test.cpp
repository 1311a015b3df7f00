#include "server/http_server.h"

#include <gmock/gmock.h>

#include "tests/server/toy_server.h"

namespace simdb::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::http_request;
using test::HttpAnswer;
using test::HttpClient;
using testing::HasSubstr;

class HttpServerTest : public testing::Test {
 protected:
  std::string request(std::string_view method, std::string_view target, std::string_view body = {},
                      std::string_view fields = {}) const {
    return http_request(method, target, body, fields,
                        "localhost:" + std::to_string(server_.port()));
  }
  // Its status; 0 if there is none.
  static int status_of(const std::optional<HttpAnswer>& answer) {
    return answer ? answer->status : 0;
  }

  ToyServer server_;
};

TEST_F(HttpServerTest, AnswersManyRequestsOnOneConnection) {
  HttpClient client = server_.client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask("POST", "/echo", "body " + std::to_string(i));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST body " + std::to_string(i));
    EXPECT_EQ(answer->field("connection"), "");
  }
  const auto last = client.ask("GET", "/echo", {}, "Connection: close\r\n");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->field("connection"), "close");
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server_.application.noted(), (std::vector{200, 200, 200, 200}));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrderAndAtOnce) {
  HttpClient client = server_.client();
  const auto begin = steady_clock::now();
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(client.send(request("POST", "/echo", "first") + request("POST", "/echo", "next") +
                            request("HEAD", "/echo") + request("GET", "/echo")));
    EXPECT_EQ(client.read().value_or(HttpAnswer{}).body, "POST first");
    EXPECT_EQ(client.read().value_or(HttpAnswer{}).body, "POST next");
    EXPECT_EQ(status_of(client.read(true)), 200);
    EXPECT_EQ(client.read().value_or(HttpAnswer{}).body, "GET ");
  }
  // Not held back until the one before was acknowledged, which takes 40 ms.
  EXPECT_LT(steady_clock::now() - begin, milliseconds(180));
}

TEST_F(HttpServerTest, WaitsForTheAnswerBeforeItTakesThePipelinedNext) {
  HttpClient client = server_.client();
  ASSERT_TRUE(client.send(request("GET", "/hold") + request("GET", "/echo")));
  ASSERT_TRUE(comes_true([&] { return server_.application.held() == 1; }));
  EXPECT_TRUE(client.is_silent(milliseconds(50)));
  EXPECT_EQ(server_.application.admitted, 1);
  server_.application.take_held().at(0)({.status = 201, .body = "held"});
  EXPECT_EQ(status_of(client.read()), 201);
  EXPECT_EQ(status_of(client.read()), 200);
}

TEST_F(HttpServerTest, NeverAnswersWhatFollowsARefusedHead) {
  const std::string smuggled = request("GET", "/echo");
  const std::string host = "Host: localhost:" + std::to_string(server_.port()) + "\r\n";
  for (const auto& [head, status] : std::vector<std::pair<std::string, int>>{
           {"POST /echo HTTP/1.1\r\n" + host +
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            501},
           {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n", 400},
           {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n", 400},
           {"POST /echo HTTP/1.1\r\n" + host + "X: 1\r\n folded: 2\r\n", 400},
           {"GET /echo HTTP/1.0\r\n" + host, 505},
           {"GET /echo HTTP/1.1\r\n", 400},
           {"GET /echo HTTP/1.1\r\n" + host + host, 400},
           {"GET http://localhost/echo HTTP/1.1\r\n" + host, 400},
           {"TRACE /echo HTTP/1.1\r\n" + host, 501},
           {"POST /echo HTTP/1.1\r\n" + host + "Expect: more\r\nContent-Length: 1\r\n", 417}}) {
    HttpClient client = server_.client();
    ASSERT_TRUE(client.send(head + "\r\n" + smuggled));
    const auto answer = client.read();
    ASSERT_TRUE(answer) << head;
    EXPECT_EQ(answer->status, status) << head;
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_TRUE(client.is_closed()) << head;
  }
  EXPECT_EQ(server_.application.admitted, 0);
}

// The body of a request that is refused early is not read: it must not be taken for a request.
TEST_F(HttpServerTest, NeverTakesAnUnreadBodyForARequest) {
  for (const char* target : {"/refused", "/%zz"}) {
    HttpClient client = server_.client();
    ASSERT_TRUE(client.send(request("POST", target, request("GET", "/echo"))));
    const auto answer = client.read();
    ASSERT_TRUE(answer);
    EXPECT_GE(answer->status, 400);
    EXPECT_TRUE(client.is_closed()) << target;
  }
  // Without a body the connection is still good.
  HttpClient client = server_.client();
  EXPECT_EQ(status_of(client.ask("GET", "/refused")), 401);
  EXPECT_EQ(status_of(client.ask("GET", "/%zz")), 400);
  EXPECT_EQ(status_of(client.ask("GET", "/echo")), 200);
}

TEST_F(HttpServerTest, SendsNoBodyWhereThereIsNone) {
  HttpClient client = server_.client();
  const auto head = client.ask("HEAD", "/large");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field("content-length"), std::to_string(32UL << 20));
  EXPECT_EQ(status_of(client.ask("HEAD", "/stream")), 200);
  const auto empty = client.ask("GET", "/empty");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->status, 204);
  EXPECT_EQ(empty->field("content-length") + empty->field("content-type"), "");
  EXPECT_EQ(status_of(client.ask("GET", "/same")), 304);
  EXPECT_EQ(status_of(client.ask("HEAD", "/refused")), 401);
  // Nothing more came with any of these.
  EXPECT_EQ(client.ask("GET", "/echo").value_or(HttpAnswer{}).body, "GET ");
}

TEST_F(HttpServerTest, AsksForABodyThatIsHeldBack) {
  HttpClient client = server_.client();
  const std::string whole = request("POST", "/echo", "later", "Expect: 100-continue\r\n");
  ASSERT_TRUE(client.send(whole.substr(0, whole.size() - 5)));
  EXPECT_EQ(status_of(client.read()), 100);
  ASSERT_TRUE(client.send("later"));
  EXPECT_EQ(client.read().value_or(HttpAnswer{}).body, "POST later");
  // Who is refused is not asked.
  const std::string refused = request("POST", "/refused", "later", "Expect: 100-continue\r\n");
  ASSERT_TRUE(client.send(refused.substr(0, refused.size() - 5)));
  EXPECT_EQ(status_of(client.read()), 401);
}

TEST_F(HttpServerTest, ReadsARequestThatIsCutAnywhere) {
  const std::string whole = request("POST", "/echo", "a body", "X-Request-Id: cut\r\n");
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    HttpClient client = server_.client();
    ASSERT_TRUE(client.send(whole.substr(0, cut)));
    std::this_thread::sleep_for(milliseconds(1));
    ASSERT_TRUE(client.send(whole.substr(cut)));
    const auto answer = client.read();
    ASSERT_TRUE(answer) << cut;
    EXPECT_EQ(answer->body, "POST a body") << cut;
  }
  HttpClient slow = server_.client();
  for (const char c : whole) ASSERT_TRUE(slow.send(std::string(1, c)));
  EXPECT_EQ(status_of(slow.read()), 200);
  // Who goes away in the middle of one gets no answer and leaves nothing.
  for (std::size_t cut = 1; cut < whole.size(); ++cut) server_.client().send(whole.substr(0, cut));
  EXPECT_TRUE(comes_true([&] { return server_.server().connections() <= 1; }));
}

TEST_F(HttpServerTest, StreamsInChunks) {
  HttpClient client = server_.client();
  const auto answer = client.ask("GET", "/stream");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->field("transfer-encoding"), "chunked");
  EXPECT_EQ(answer->field("content-length"), "");
  EXPECT_EQ(answer->body, std::string(16 * ToyStream::kPiece, 'x'));
  EXPECT_EQ(status_of(client.ask("GET", "/echo")), 200) << "the connection is still good";
  EXPECT_EQ(ToyStream::alive, 0);
}

TEST_F(HttpServerTest, TellsTheIdOfTheRequest) {
  HttpClient client = server_.client();
  const auto id_for = [&](const std::string& fields) {
    const auto answer = client.ask("GET", "/refused", {}, fields);
    EXPECT_TRUE(answer);
    const std::string id = answer ? answer->field("x-request-id") : "";
    EXPECT_THAT(answer ? answer->body : "", HasSubstr("\"request_id\":\"" + id + "\""));
    return id;
  };
  EXPECT_EQ(id_for("X-Request-Id: my.id_0-9\r\n"), "my.id_0-9");
  EXPECT_EQ(id_for("X-Request-Id: " + std::string(64, 'a') + "\r\n"), std::string(64, 'a'));
  const std::string own = id_for("");
  EXPECT_FALSE(own.empty());
  for (const std::string& bad : {std::string("a b"), std::string(65, 'a'), std::string("a\"b"),
                                 std::string("\xC3\xA4"), std::string()}) {
    const std::string id = id_for("X-Request-Id: " + bad + "\r\n");
    EXPECT_NE(id, bad);
    EXPECT_NE(id, own) << "each has its own";
    EXPECT_EQ(id.substr(0, id.find('-')), own.substr(0, own.find('-')));
  }
}

TEST_F(HttpServerTest, RefusesForeignHostsAndPages) {
  const std::string port = std::to_string(server_.port());
  const auto status = [&](const std::string& host, const std::string& fields = "") {
    HttpClient client = server_.client();
    client.send(http_request("GET", "/echo", {}, fields, host));
    return status_of(client.read());
  };
  for (const std::string& good :
       {"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, "LOCALHOST:" + port,
        std::string("name.test"), "name.test:" + port}) {
    EXPECT_EQ(status(good), 200) << good;
  }
  for (const std::string& bad : {std::string(), ":" + port, "localhost.evil.com:" + port,
                                 "evil.com:" + port, "localhost.:" + port, std::string("localhost"),
                                 std::string("localhost:1"), "127.0.0.2:" + port}) {
    EXPECT_EQ(status(bad), 421) << bad;
  }
  EXPECT_EQ(status("a,b"), 421);
  EXPECT_EQ(status("a b"), 400);
  const std::string host = "localhost:" + port;
  EXPECT_EQ(status(host, "Origin: http://" + host + "\r\n"), 200);
  EXPECT_EQ(status(host, "Origin: null\r\n"), 403);
  EXPECT_EQ(status(host, "Origin: http://evil.com\r\n"), 403);
  EXPECT_EQ(status(host, "Sec-Fetch-Site: same-origin\r\n"), 200);
  EXPECT_EQ(status(host, "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status(host, "Upgrade: websocket\r\nConnection: Upgrade\r\n"), 200) << "ignored";
}

TEST_F(HttpServerTest, ShieldsEveryAnswerFromOtherSites) {
  const auto expect_shielded = [](const std::optional<HttpAnswer>& answer, int status) {
    ASSERT_TRUE(answer) << status;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->field("x-content-type-options"), "nosniff") << status;
    EXPECT_EQ(answer->field("cross-origin-resource-policy"), "same-origin") << status;
    EXPECT_EQ(answer->field("referrer-policy"), "no-referrer") << status;
    EXPECT_FALSE(answer->field("date").empty()) << status;
    EXPECT_EQ(answer->field("access-control-allow-origin"), "") << status;
  };
  HttpClient client = server_.client();
  expect_shielded(client.ask("GET", "/echo"), 200);
  expect_shielded(client.ask("GET", "/empty"), 204);
  expect_shielded(client.ask("GET", "/same"), 304);
  expect_shielded(client.ask("GET", "/stream"), 200);
  expect_shielded(client.ask("GET", "/refused"), 401);
  expect_shielded(client.ask("GET", "/echo", {}, "Origin: null\r\n"), 403);
  HttpClient wrong = server_.client();
  wrong.send("nonsense\r\n\r\n");
  expect_shielded(wrong.read(), 400);
  HttpClient late = server_.client();
  late.send("GET");
  expect_shielded(late.read(), 408);
}

TEST_F(HttpServerTest, ClosesWhatTheApplicationLetsGo) {
  for (const char* target : {"/drop", "/throw", "/throw-early"}) {
    HttpClient client = server_.client();
    ASSERT_TRUE(client.send(request("GET", target)));
    EXPECT_TRUE(client.is_closed()) << target;
  }
  // Let go of by another thread, while others come and go.
  for (int i = 0; i < 20; ++i) {
    HttpClient client = server_.client();
    ASSERT_TRUE(client.send(request("GET", "/hold")));
    ASSERT_TRUE(comes_true([&] { return server_.application.held() == 1; }));
    server_.application.take_held().clear();
    EXPECT_EQ(status_of(server_.client().ask("GET", "/echo")), 200);
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_TRUE(comes_true([&] { return server_.server().connections() == 0; }));
}

}  // namespace
}  // namespace simdb::server
