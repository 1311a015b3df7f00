#include "core/parallel_in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace simdb {
namespace {

using Numbers = std::vector<std::size_t>;

Numbers range(std::size_t first, std::size_t last) {
  Numbers numbers(last - first);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

void append(Numbers& all, const std::vector<Numbers>& parts) {
  for (const Numbers& part : parts) all.insert(all.end(), part.begin(), part.end());
}

TEST(PieceSize, IsATenthOfASecondAndEvenAtTheEnd) {
  EXPECT_EQ(piece_size(0, 1000, 2, 64), 1U) << "nothing known: one, to learn";
  EXPECT_EQ(piece_size(1e-9, 1000, 2, 64), 64U);
  EXPECT_EQ(piece_size(0.01, 1000, 2, 64), 10U);
  EXPECT_EQ(piece_size(3, 1000, 2, 64), 1U);
  EXPECT_EQ(piece_size(0.01, 12, 2, 64), 3U);
  EXPECT_EQ(piece_size(0.01, 1, 8, 64), 1U);
}

TEST(ParallelInOrder, HandsOnEveryElementInOrder) {
  for (const std::size_t count : {0, 1, 2, 3, 64, 1000}) {
    for (const std::size_t threads : {0, 1, 2, 7}) {
      Numbers taken;
      parallel_in_order(
          count, 64, threads,
          [](std::size_t first, std::size_t last) {
            if (first % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
            return range(first, last);
          },
          [&](const std::vector<Numbers>& parts) {
            EXPECT_FALSE(parts.empty());
            append(taken, parts);
            return true;
          });
      EXPECT_EQ(taken, range(0, count)) << threads << " threads";
    }
  }
}

TEST(ParallelInOrder, AllThreadsWorkOnAFew) {
  std::mutex mutex;
  std::vector<std::thread::id> seen;
  parallel_in_order(
      4, 64, 2,
      [&](std::size_t, std::size_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const std::scoped_lock lock(mutex);
        if (std::ranges::find(seen, std::this_thread::get_id()) == seen.end()) {
          seen.push_back(std::this_thread::get_id());
        }
        return 0;
      },
      [](const std::vector<int>&) { return true; });
  EXPECT_EQ(seen.size(), 2U);
}

TEST(ParallelInOrder, WorkersWaitForASlowTaker) {
  std::atomic<std::size_t> made = 0;
  std::size_t taken = 0;
  parallel_in_order(
      200, 1, 2, [&](std::size_t, std::size_t) { return ++made; },
      [&](const std::vector<std::size_t>& parts) {
        taken += parts.size();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        EXPECT_LE(made - taken, 2 * 4 + 2U);
        return true;
      });
  EXPECT_EQ(taken, 200U);
}

TEST(ParallelInOrder, OneSlowPieceHoldsNoMoreThanTheWindow) {
  std::atomic<std::size_t> made = 0;
  parallel_in_order(
      200, 1, 3,
      [&](std::size_t first, std::size_t) {
        if (first == 0) {
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
          EXPECT_LE(made, 3 * 4 + 2U);
        }
        return ++made;
      },
      [&](const std::vector<std::size_t>&) { return true; });
  EXPECT_EQ(made, 200U);
}

TEST(ParallelInOrder, StopsWhenTheTakerHasEnough) {
  std::atomic<std::size_t> made = 0;
  int calls = 0;
  parallel_in_order(
      100000, 1, 2, [&](std::size_t, std::size_t) { return ++made; },
      [&](const std::vector<std::size_t>&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2);
  EXPECT_LT(made, 100U);
}

TEST(ParallelInOrder, WhatIsThrownComesOut) {
  for (const std::size_t threads : {1, 3}) {
    const auto run = [&](std::size_t bad_piece, bool bad_taker) {
      parallel_in_order(
          1000, 4, threads,
          [&](std::size_t first, std::size_t last) {
            if (first <= bad_piece && bad_piece < last) throw std::runtime_error("a piece");
            return first;
          },
          [&](const std::vector<std::size_t>&) -> bool {
            if (bad_taker) throw std::runtime_error("the taker");
            return true;
          });
    };
    EXPECT_THROW(run(500, false), std::runtime_error);
    EXPECT_THROW(run(5000, true), std::runtime_error);
    EXPECT_NO_THROW(run(5000, false));
  }
}

}  // namespace
}  // namespace simdb
