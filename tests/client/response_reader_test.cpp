#include "client/response_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "simdb/error.h"

namespace simdb::client {
namespace {

struct Read {
  int status = 0;
  std::string body;
  bool is_done = false;
  bool keeps_alive = false;
  std::size_t left = 0;
};

// Hands the bytes over `step` at a time.
Read read(const std::string& bytes, std::size_t step, bool ends = false) {
  Read result;
  ResponseReader reader([&](const ResponseHead&, std::string_view piece) { result.body += piece; });
  std::string unread;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    unread += bytes.substr(at, step);
    while (!unread.empty() && !reader.is_done()) {
      const std::size_t used = reader.put(unread);
      unread.erase(0, used);
      if (used == 0) break;
    }
  }
  if (ends && !reader.is_done()) reader.put_end();
  result.status = reader.head().status;
  result.is_done = reader.is_done();
  result.keeps_alive = reader.keeps_alive();
  result.left = unread.size();
  return result;
}

TEST(ResponseReaderTest, ReadsBodiesHoweverTheyAreCut) {
  const std::string by_length = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello";
  const std::string in_chunks =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
  for (const std::size_t step : {1UL, 2UL, 7UL, 1000UL}) {
    for (const auto& [bytes, status] : {std::pair(by_length, 201), std::pair(in_chunks, 200)}) {
      const Read result = read(bytes, step);
      EXPECT_EQ(result.status, status) << step;
      EXPECT_EQ(result.body, "hello") << step;
      EXPECT_TRUE(result.is_done && result.keeps_alive) << step;
      EXPECT_EQ(result.left, 0U);
    }
  }
  const Read closing = read("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", 3, true);
  EXPECT_EQ(closing.body, "hello");
  EXPECT_TRUE(closing.is_done);
  EXPECT_FALSE(closing.keeps_alive);
}

TEST(ResponseReaderTest, TellsWhenToComeBack) {
  ResponseReader reader([](const ResponseHead&, std::string_view) {});
  reader.put("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(reader.head().retry_after, 7U);
}

TEST(ResponseReaderTest, RefusesWhatIsNoAnswerOrHasNoEnd) {
  EXPECT_THROW(read("SSH-2.0-OpenSSH_9.2\r\n", 100), Error);
  EXPECT_THROW(read("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 100), Error);
  EXPECT_THROW(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 100, true), Error);
  EXPECT_THROW(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", 9, true),
               Error);
  EXPECT_THROW(read("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 4096), Error);
}

}  // namespace
}  // namespace simdb::client
