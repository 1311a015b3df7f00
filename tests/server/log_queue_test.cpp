#include "server/log_queue.h"

#include <gtest/gtest.h>

#include <semaphore>

namespace simdb::server {
namespace {

TEST(LogQueueTest, WritesWholeLinesInTheirOrder) {
  std::string written;
  {
    LogQueue log([&](std::string_view lines) { written += lines; });
    for (int i = 0; i < 1000; ++i) log.put("line " + std::to_string(i));
  }
  std::string expected;
  for (int i = 0; i < 1000; ++i) expected += "line " + std::to_string(i) + "\n";
  EXPECT_EQ(written, expected);
}

TEST(LogQueueTest, WhoLogsDoesNotWaitForWhoReads) {
  std::binary_semaphore is_writing(0);
  std::binary_semaphore may_write(0);
  std::string written;
  {
    LogQueue log(
        [&](std::string_view lines) {
          if (written.empty()) {
            is_writing.release();
            may_write.acquire();
          }
          written += lines;
        },
        100);
    log.put("first");
    is_writing.acquire();  // the reader has stopped
    for (int i = 0; i < 50; ++i) log.put("0123456789");
    may_write.release();
  }
  std::string expected = "first\n";
  for (int i = 0; i < 9; ++i) expected += "0123456789\n";
  expected += "level=warning message=\"41 lines were left out: the log is read too slowly\"\n";
  EXPECT_EQ(written, expected);
}

}  // namespace
}  // namespace simdb::server
