#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace simdb::server {

/// Threads that do what comes, first in, first out. Thread-safe.
class WorkerPool {
 public:
  /// At most `max_waiting` works wait.
  WorkerPool(std::size_t threads, std::size_t max_waiting);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  /// Does what waits first.
  ~WorkerPool();

  /// False: too many wait, or it is closed. `work` must not throw.
  bool submit(std::function<void()> work);
  /// The rest of something that was submitted: is taken however many wait.
  void go_on(std::function<void()> work);
  /// Forgets what waits and whatever comes from now on.
  void close();

  std::size_t threads() const noexcept { return threads_.size(); }
  std::size_t waiting() const;

 private:
  void run();

  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::function<void()>> waiting_;
  bool is_closed_ = false;
  bool is_ending_ = false;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace simdb::server
