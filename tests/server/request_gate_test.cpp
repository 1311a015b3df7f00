#include "server/request_gate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace simdb::server {
namespace {

using namespace std::string_literals;

constexpr int kAccepted = 200;

const std::string kGet = "GET /healthz HTTP/1.1\r\nHost: localhost:7700\r\n";
const std::string kPost = "POST /v1/items?class=a HTTP/1.1\r\nHost: localhost:7700\r\n";

int status_of(std::string_view head) {
  const auto checked = check_head(head);
  const auto* const refusal = std::get_if<Refusal>(&checked);
  if (refusal == nullptr) return kAccepted;
  EXPECT_FALSE(refusal->detail.empty());
  return refusal->status;
}

RequestHead accepted(std::string_view head) {
  auto checked = check_head(head);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) {
    ADD_FAILURE() << head << " -> " << refusal->status << ' ' << refusal->detail;
    return {};
  }
  return std::get<RequestHead>(std::move(checked));
}

std::string head_with(const std::string& field) { return kPost + field + "\r\n\r\n"; }

std::string line_with(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

const std::vector<std::string>& good_heads() {
  static const std::vector<std::string> heads = {
      kGet + "\r\n",
      "GET / HTTP/1.1\r\nhOST:[::1]:7700\r\n\r\n",
      kGet + "Connection: keep-alive, Close\r\nUser-Agent: \r\n\r\n",
      kGet + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
      kGet + "Accept: text/html\r\nAccept: */*\r\nTE: trailers\r\nCookie: a=\xC3\xA4\r\n\r\n",
      head_with("Content-Length: 5"),
      head_with("Content-Length:\t18446744073709551615 \t"),
      head_with("Content-Length: 005\r\nExpect: 100-Continue"),
      head_with("Authorization: Bearer x\ty\r\nOrigin: null\r\nX-Request-Id: 7"),
      "DELETE /v1/items/7?a=%00&b[]={|} HTTP/1.1\r\nHost:\r\nIdempotency-Key: \"k\"\r\n\r\n"};
  return heads;
}

TEST(RequestGate, ReadsWhatTheServerNeeds) {
  const std::string text = kPost +
                           "Content-Length: 12\r\nEXPECT: 100-continue\r\nX-Request-ID: \t a b \t"
                           "\r\nAccept: x\r\naccept: y\r\n\r\n";
  const RequestHead head = accepted(text);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/v1/items?class=a");
  EXPECT_EQ(head.host, "localhost:7700");
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.field("x-request-id"), "a b");
  EXPECT_EQ(head.field("accept"), "x");
  EXPECT_EQ(head.field("origin"), std::nullopt);
  ASSERT_EQ(head.fields.size(), 6U);
  EXPECT_EQ(head.fields[5].name, "accept");
  EXPECT_EQ(head.fields[5].value, "y");
}

TEST(RequestGate, KeepsAliveUnlessConnectionListsClose) {
  const auto keeps = [](const std::string& value) {
    return accepted(kGet + "Connection: x\r\nConnection: " + value + "\r\n\r\n").keep_alive;
  };
  for (const char* value : {"", "keep-alive", "closed", ",,", "x,y,"}) {
    EXPECT_TRUE(keeps(value)) << value;
  }
  for (const char* value : {"close", "CLOSE", "a,close", "close,a", "a, \tclose ,b"}) {
    EXPECT_FALSE(keeps(value)) << value;
  }
}

TEST(RequestGate, SendsContinueOnlyBeforeABody) {
  EXPECT_FALSE(accepted(head_with("Expect: 100-continue")).expects_continue);
  EXPECT_FALSE(accepted(head_with("Expect: 100-continue\r\nContent-Length: 0")).expects_continue);
  EXPECT_TRUE(accepted(head_with("Content-Length: 1\r\nExpect: 100-continue")).expects_continue);
}

// Of most of these Boost.Beast 1.74 makes a request.
TEST(RequestGate, RefusesWhatParsersReadDifferently) {
  const struct {
    int status;
    std::string head;
  } cases[] = {{501, head_with("Transfer-Encoding: gzip\r\nContent-Length: 5")},
               {501, head_with("Content-Length: 5\r\nTransfer-Encoding: chunked")},
               {501, head_with("Transfer-Encoding: xchunked")},
               {501, head_with("Transfer-Encoding: chunked, identity")},
               {501, head_with("Transfer-Encoding: identity")},
               {501, head_with("tRANSFER-eNCODING: chunked")},
               {501, head_with("Transfer-Encoding:")},
               {400, head_with("Transfer-Encoding : chunked")},
               {400, head_with("Transfer-Encoding\v: chunked")},
               {400, head_with("Transfer-Encoding:\r\n chunked")},
               {400, head_with("Transfer-Encoding: \vchunked")},
               {505, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
               {400, "GET / HTTP/1.1\r\n\r\n"},
               {400, kGet + "Host: evil.com\r\n\r\n"},
               {400, kGet + "host: localhost:7700\r\n\r\n"},
               {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
               {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
               {400, "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"},
               {400, "GET / HTTP/1.1\r\nHost: \xC3\xA4\r\n\r\n"},
               {400, head_with("Content-Length: 5\r\nContent-Length: 5")},
               {400, head_with("Content-Length: 5\r\ncontent-length: 6")},
               {400, head_with("Content-Length: 5, 5")},
               {400, head_with("Content-Length: 5,")},
               {400, head_with("Content-Length: +5")},
               {400, head_with("Content-Length: -5")},
               {400, head_with("Content-Length: 0x5")},
               {400, head_with("Content-Length: 5 5")},
               {400, head_with("Content-Length: 5.0")},
               {400, head_with("Content-Length:")},
               {400, head_with("Content-Length: 18446744073709551616")},
               {400, head_with("Content-Length: 99999999999999999999999")},
               {400, head_with("X: a\r\n b")},
               {400, head_with("X: a\r\n\tb")},
               {400, head_with(" X: a")},
               {400, line_with("GET / HTTP/1.1\r\n X: a")},
               {400, head_with("X : a")},
               {400, head_with("X\t: a")},
               {400, head_with(": a")},
               {400, head_with("X")},
               {400, head_with("X(y): a")},
               {400, head_with("X\xC3\xA4: a")},
               {400, head_with("X: a\0b"s)},
               {400, head_with("X\0: a"s)},
               {400, head_with("X: a\x7F")},
               {400, head_with("X: a\x1B[2J")},
               {400, head_with("X: a\rY: b")},
               {400, head_with("X: a\nY: b")},
               {400, head_with("X: a\r\r")},
               {400, "GET / HTTP/1.1\nHost: a\n\n"},
               {400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
               {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"},
               {400, "\r\n"},
               {400, "\r\n" + kGet + "\r\n"},
               {400, ""},
               {400, kGet},
               {400, kGet + "\r\nX"},
               {400, head_with("Connection: not close")},
               {400, head_with("Connection: keep-alive, \"close\"")},
               {417, head_with("Expect: 200-ok")},
               {417, head_with("Expect:")},
               {417, head_with("Expect: 100-continue, 100-continue")},
               {400, head_with("Expect: 100-continue\r\nExpect: 100-continue")},
               {400, head_with("Authorization: Bearer a\r\nauthorization: Bearer b")},
               {400, head_with("Origin: http://a\r\nOrigin: http://a")},
               {400, head_with("Content-Type: image/png\r\nContent-Type: text/plain")},
               {400, head_with("Idempotency-Key: a\r\nIdempotency-Key: b")},
               {400, head_with("Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site")},
               {400, head_with("X-Request-Id: a\r\nX-Request-Id: b")}};
  for (const auto& [status, head] : cases) EXPECT_EQ(status_of(head), status) << head;
}

TEST(RequestGate, RefusesBadRequestLines) {
  const struct {
    int status;
    std::string line;
  } cases[] = {{400, "GET http://localhost/ HTTP/1.1"},
               {400, "GET x HTTP/1.1"},
               {400, "OPTIONS * HTTP/1.1"},
               {400, "CONNECT localhost:22 HTTP/1.1"},
               {400, "GET /#x HTTP/1.1"},
               {400, "GET /a b HTTP/1.1"},
               {400, "GET /a\tb HTTP/1.1"},
               {400, "GET /\xC3\xA4 HTTP/1.1"},
               {400, "GET /\x7F HTTP/1.1"},
               {400, "GET /\0 HTTP/1.1"s},
               {400, "GET  / HTTP/1.1"},
               {400, "GET /  HTTP/1.1"},
               {400, "GET\t/ HTTP/1.1"},
               {400, "GET / HTTP/1.1 "},
               {400, " GET / HTTP/1.1"},
               {400, " / HTTP/1.1"},
               {400, "GET  HTTP/1.1"},
               {400, "G(T / HTTP/1.1"},
               {400, "GET /"},
               {400, "GET"},
               {400, ""},
               {400, "GET / http/1.1"},
               {400, "GET / HTTP/1.1.1"},
               {400, "GET / HTTP/1"},
               {400, "GET / HTTP/11"},
               {400, "GET / HTTP/a.1"},
               {400, "GET / HTTP/1.b"},
               {400, "GET / HTTP/1x1"},
               {400, "GET / HTTP/01.1"},
               {505, "GET / HTTP/1.0"},
               {505, "GET / HTTP/0.9"},
               {505, "GET / HTTP/1.2"},
               {505, "PRI * HTTP/2.0"},
               {501, "BREW / HTTP/1.1"},
               {501, "get / HTTP/1.1"},
               {501, "TRACE / HTTP/1.1"}};
  for (const auto& [status, line] : cases) EXPECT_EQ(status_of(line_with(line)), status) << line;
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(accepted(line_with(std::string(method) + " / HTTP/1.1")).method, method);
  }
}

TEST(RequestGate, HasLimits) {
  const auto target = [](std::size_t bytes) {
    return line_with("GET /" + std::string(bytes - 1, 'x') + " HTTP/1.1");
  };
  EXPECT_EQ(status_of(target(kMaxTargetBytes)), kAccepted);
  EXPECT_EQ(status_of(target(kMaxTargetBytes + 1)), 414);
  EXPECT_EQ(status_of(target(kMaxHeadBytes)), 414);

  const auto fields = [](std::size_t count) {
    std::string head = kGet;
    while (--count > 0) head += "X: y\r\n";
    return head + "\r\n";
  };
  EXPECT_EQ(status_of(fields(kMaxFields)), kAccepted);
  EXPECT_EQ(status_of(fields(kMaxFields + 1)), 431);
  EXPECT_EQ(status_of(fields(10'000)), 431);

  const auto head = [](std::size_t bytes) {
    return kGet + "X: " + std::string(bytes - kGet.size() - 7, 'y') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(head(kMaxHeadBytes)), kAccepted);
  EXPECT_EQ(find_end_of_head(head(kMaxHeadBytes)), kMaxHeadBytes);
  EXPECT_EQ(status_of(head(kMaxHeadBytes + 1)), 431);
}

TEST(RequestGate, ReadingEndsAtTheLimit) {
  const std::string endless(kMaxHeadBytes + 100, 'x');
  EXPECT_EQ(find_end_of_head(endless.substr(0, kMaxHeadBytes)), std::nullopt);
  ASSERT_EQ(find_end_of_head(endless), kMaxHeadBytes + 1);
  EXPECT_EQ(status_of(endless.substr(0, kMaxHeadBytes + 1)), 414);
  const std::string late = kGet + endless + "\r\n\r\n";
  ASSERT_EQ(find_end_of_head(late), kMaxHeadBytes + 1);
  EXPECT_EQ(status_of(late.substr(0, kMaxHeadBytes + 1)), 431);
}

TEST(RequestGate, FindsTheEndOfLinesWithoutCarriageReturnToo) {
  const struct {
    std::string_view bytes;
    std::size_t end;
  } cases[] = {{"a\n\nb\n\n", 3}, {"a\n\r\nb", 4}, {"a\r\n\nb", 4}, {"\nGET", 1}, {"\r\nGET", 2}};
  for (const auto& [bytes, end] : cases) {
    EXPECT_EQ(find_end_of_head(bytes), end) << bytes;
    EXPECT_EQ(status_of(bytes.substr(0, end)), 400) << bytes;
  }
  for (const char* open : {"", "\r", "a\r\n\r", "a\n\r\r\n", "a\r\r\n"}) {
    EXPECT_EQ(find_end_of_head(open), std::nullopt) << open;
  }
}

TEST(RequestGate, ACutHeadIsIncompleteAndNeverAccepted) {
  for (const std::string& head : good_heads()) {
    accepted(head);
    for (std::size_t size = 0; size < head.size(); ++size) {
      const std::string start = head.substr(0, size);
      EXPECT_EQ(find_end_of_head(start), std::nullopt) << start;
      EXPECT_NE(status_of(start), kAccepted) << start;
      // The rest arrives, with the next request.
      EXPECT_EQ(find_end_of_head(head + kGet + "\r\n", size), head.size()) << size;
    }
  }
}

std::string serialized(const RequestHead& head) {
  std::string text = std::string(head.method) + ' ' + std::string(head.target) + " HTTP/1.1\r\n";
  for (const auto& [name, value] : head.fields) {
    text += std::string(name) + ':' + std::string(value) + "\r\n";
  }
  return text + "\r\n";
}

// Drops the blanks that may stand around a value: two blanks never differ in what they mean there.
std::string without_optional_blanks(const std::string& head) {
  std::string text;
  for (std::size_t at = 0, end = 0; (end = head.find("\r\n", at)) != at; at = end + 2) {
    std::string line = head.substr(at, end - at);
    if (at > 0) {
      line.erase(line.find_last_not_of(" \t") + 1);
      const std::size_t value = line.find(':') + 1;
      line.erase(value, line.find_first_not_of(" \t", value) - value);
    }
    text += line + "\r\n";
  }
  return text + "\r\n";
}

TEST(RequestGate, WhatIsAcceptedSaysJustWhatTheBytesSay) {
  static constexpr std::string_view kPieces[] = {"\r\n",
                                                 "\n",
                                                 "\r",
                                                 "\r\n\r\n",
                                                 " ",
                                                 "\t",
                                                 ":",
                                                 ",",
                                                 "\r\n ",
                                                 "Host: a",
                                                 "Content-Length: ",
                                                 "5",
                                                 "/",
                                                 "#",
                                                 "%",
                                                 "\x80",
                                                 "HTTP/1.0",
                                                 "Transfer-Encoding: chunked\r\n",
                                                 "close"};
  std::mt19937_64 random(18);
  std::size_t taken = 0;
  constexpr std::size_t kMutants = 200'000;
  for (std::size_t i = 0; i < kMutants; ++i) {
    std::string head = good_heads()[random() % good_heads().size()];
    for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % head.size();
      switch (random() % 4) {
        case 0:
          head.insert(at, kPieces[random() % std::size(kPieces)]);
          break;
        case 1:
          head.erase(at, 1 + random() % 3);
          break;
        case 2:
          head.insert(at, head.substr(random() % head.size(), random() % 40));
          break;
        default:
          head[at] = static_cast<char>(random());
      }
      if (head.empty()) head = "x";
    }
    const std::size_t end = find_end_of_head(head).value_or(head.size());
    head.resize(end);
    const auto checked = check_head(head);
    const auto* const read = std::get_if<RequestHead>(&checked);
    if (read == nullptr) continue;
    ++taken;
    const std::string text = serialized(*read);
    ASSERT_EQ(text, without_optional_blanks(head));
    const RequestHead again = accepted(text);
    ASSERT_EQ(serialized(again), text);
    ASSERT_EQ(again.host, read->host);
    ASSERT_EQ(again.content_length, read->content_length);
    ASSERT_EQ(again.keep_alive, read->keep_alive);
    ASSERT_EQ(again.expects_continue, read->expects_continue);
  }
  EXPECT_GT(taken, kMutants / 10);
  EXPECT_LT(taken, kMutants - kMutants / 10);
}

}  // namespace
}  // namespace simdb::server
