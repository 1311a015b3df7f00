#include "server/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace simdb::server {
namespace {

TEST(WorkerPoolTest, DoesAllInOrderAndNoMoreThanMayWait) {
  std::vector<int> done;
  std::mutex gate;
  std::atomic<bool> is_running = false;
  {
    WorkerPool pool(1, 2);
    gate.lock();
    EXPECT_TRUE(pool.submit([&] {
      is_running = true;
      const std::lock_guard lock(gate);
      pool.go_on([&] { done.push_back(0); });
    }));
    while (!is_running) std::this_thread::yield();
    EXPECT_TRUE(pool.submit([&] { done.push_back(1); }));
    EXPECT_TRUE(pool.submit([&] { done.push_back(2); }));
    EXPECT_EQ(pool.waiting(), 2U);
    EXPECT_FALSE(pool.submit([&] { done.push_back(3); }));
    gate.unlock();
  }
  EXPECT_EQ(done, (std::vector{0, 1, 2})) << "what was begun goes on first; the end waits for all";
}

TEST(WorkerPoolTest, ForgetsWhatWaitsWhenItIsClosed) {
  std::promise<void> release;
  const auto owned = std::make_shared<int>(0);
  bool is_rest_done = false;
  {
    WorkerPool pool(1, 10);
    std::promise<void> begun;
    ASSERT_TRUE(pool.submit([&] {
      begun.set_value();
      release.get_future().wait();
      pool.go_on([&] { is_rest_done = true; });
    }));
    begun.get_future().wait();
    ASSERT_TRUE(pool.submit([owned] { ++*owned; }));
    pool.close();
    EXPECT_EQ(owned.use_count(), 1) << "what a work owns goes with it";
    EXPECT_FALSE(pool.submit([owned] { ++*owned; }));
    release.set_value();
  }
  EXPECT_EQ(*owned, 0);
  EXPECT_FALSE(is_rest_done);
}

}  // namespace
}  // namespace simdb::server
