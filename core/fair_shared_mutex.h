#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace simdb {

/// A std::shared_mutex whose readers cannot keep a writer out for long. glibc's prefers readers:
/// some searches without a pause would hold up a change for as long as they like. Here a writer
/// lets readers pass for kPatience, since to stop them costs each a wake-up, many times per search;
/// then new ones queue up behind it. Usable with std::shared_lock and std::unique_lock.
class FairSharedMutex {
 public:
  static constexpr std::chrono::microseconds kPatience{500};

  void lock() {
    turn_.lock();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!mutex_.try_lock()) {
      if (std::chrono::steady_clock::now() >= deadline) {
        writer_.store(true, std::memory_order_relaxed);
        mutex_.lock();
        return;
      }
      std::this_thread::yield();
    }
  }
  void unlock() {
    writer_.store(false, std::memory_order_relaxed);
    mutex_.unlock();
    turn_.unlock();
  }
  void lock_shared() {
    if (writer_.load(std::memory_order_relaxed)) const std::lock_guard behind_the_writer(turn_);
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::mutex turn_;                   // held by the writer that waits or works
  std::atomic<bool> writer_ = false;  // a hint for readers, which alone keeps nobody out
  std::shared_mutex mutex_;
};

}  // namespace simdb
