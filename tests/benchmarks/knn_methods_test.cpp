#include "benchmarks/knn_methods.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace simdb::bench {
namespace {

TEST(ParallelFor, VisitsEveryNumberOnce) {
  for (const std::size_t count : {0, 1, 2, 100, 5'000}) {
    for (const int threads : {1, 2, 5}) {
      std::vector<std::atomic<int>> visits(count);
      parallel_for(count, threads, [&](std::size_t i) { ++visits[i]; });
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(visits[i], 1) << i << " of " << count;
    }
  }
}

TEST(ParallelFor, PassesOnWhatIsThrown) {
  for (const int threads : {1, 3}) {
    EXPECT_THROW(parallel_for(1'000, threads,
                              [](std::size_t i) {
                                if (i == 500) throw std::out_of_range("500");
                              }),
                 std::out_of_range);
  }
}

}  // namespace
}  // namespace simdb::bench
