#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace simdb {
namespace {

TEST(ParallelForTest, CoversEveryPieceOnce) {
  for (const std::size_t count : {0, 1, 2, 9, 10, 11, 1000}) {
    for (const std::size_t piece : {1, 3, 10, 5000}) {
      for (const std::size_t threads : {0, 1, 2, 7, 50}) {
        std::vector<std::atomic<int>> touched(count);
        parallel_for(count, piece, threads, [&](std::size_t first, std::size_t last) {
          EXPECT_LT(first, last);
          EXPECT_LE(last, count);
          EXPECT_EQ(first % piece, 0U);
          EXPECT_TRUE(last == first + piece || last == count);
          for (std::size_t i = first; i < last; ++i) ++touched[i];
        });
        for (const auto& times : touched) ASSERT_EQ(times, 1);
      }
    }
  }
}

TEST(ParallelForTest, WorksOnThisThreadAndOnNoMoreThanAsked) {
  const auto self = std::this_thread::get_id();
  parallel_for(100, 1, 1,
               [&](std::size_t, std::size_t) { EXPECT_EQ(std::this_thread::get_id(), self); });
  std::mutex mutex;
  std::vector<std::thread::id> seen;
  parallel_for(3000, 1, 3, [&](std::size_t, std::size_t) {
    const std::lock_guard lock(mutex);
    if (std::ranges::find(seen, std::this_thread::get_id()) == seen.end()) {
      seen.push_back(std::this_thread::get_id());
    }
  });
  EXPECT_LE(seen.size(), 3U);
}

TEST(ParallelForTest, AnExceptionStopsTheWorkAndComesOut) {
  for (const std::size_t threads : {1, 2, 5}) {
    std::atomic<std::size_t> pieces = 0;
    try {
      parallel_for(1000000, 1, threads, [&](std::size_t first, std::size_t) {
        ++pieces;
        if (first == 10) throw std::runtime_error("piece 10");
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), std::string("piece 10"));
    }
    EXPECT_LT(pieces, 1000000U) << "went on after the failure";
  }
}

TEST(ParallelForTest, OfManyExceptionsOneComesOut) {
  EXPECT_THROW(parallel_for(100, 1, 4,
                            [](std::size_t first, std::size_t) {
                              throw std::runtime_error(std::to_string(first));
                            }),
               std::runtime_error);
}

}  // namespace
}  // namespace simdb
