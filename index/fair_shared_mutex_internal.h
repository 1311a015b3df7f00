#pragma once

#include <mutex>
#include <shared_mutex>

namespace simdb {

/// A shared mutex whose writer waits for the readers that hold it, not for those that come later.
/// glibc's std::shared_mutex lets readers overtake a waiting writer: four threads that search
/// without a pause would keep a change out for ever. For std::unique_lock and std::shared_lock; a
/// thread must not lock it twice.
class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard gate(gate_);
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }
  void lock_shared() {
    const std::lock_guard gate(gate_);
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::mutex gate_;  // passed on the way in; a writer stands in it while it waits
  std::shared_mutex mutex_;
};

}  // namespace simdb
