#include "server/log_queue.h"

#include <utility>

namespace simdb::server {

LogQueue::LogQueue(std::function<void(std::string_view lines)> write, std::size_t max_bytes)
    : write_(std::move(write)), max_bytes_(max_bytes), thread_([this] { run(); }) {}

LogQueue::~LogQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  has_lines_.notify_one();
}

void LogQueue::put(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() >= max_bytes_) {
      ++left_out_;
      return;
    }
    waiting_ += line;
    waiting_ += '\n';
  }
  has_lines_.notify_one();
}

void LogQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_lines_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::string lines = std::exchange(waiting_, {});
    if (const std::size_t count = std::exchange(left_out_, 0); count > 0) {
      lines += "level=warning message=\"" + std::to_string(count) +
               " lines were left out: the log is read too slowly\"\n";
    }
    lock.unlock();
    write_(lines);
    lock.lock();
  }
}

}  // namespace simdb::server
