#include "server/worker_pool.h"

#include <utility>

namespace simdb::server {

WorkerPool::WorkerPool(std::size_t threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_all();
}

bool WorkerPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  has_work_.notify_one();
  return true;
}

void WorkerPool::go_on(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    waiting_.push_front(std::move(work));
  }
  has_work_.notify_one();
}

void WorkerPool::close() {
  std::deque<std::function<void()>> forgotten;  // what they own ends after the lock
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  forgotten.swap(waiting_);
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace simdb::server
