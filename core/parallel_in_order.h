#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/parallel.h"

namespace simdb {

/// How many of `remaining` elements make a piece of work, when one takes `seconds` (0: not known
/// yet): about a tenth of a second, so that progress shows and a stop is obeyed, and little enough
/// at the end that all threads finish together. At least 1, at most `most`. Pure.
inline std::size_t piece_size(double seconds, std::size_t remaining, std::size_t threads,
                              std::size_t most) noexcept {
  constexpr double kSecondsPerPiece = 0.1;
  const auto in_time =
      seconds > 0 ? static_cast<std::size_t>(std::min(kSecondsPerPiece / seconds, 1e6)) : 1;
  const std::size_t even = (remaining + 2 * threads - 1) / (2 * threads);
  return std::max<std::size_t>(1, std::min({in_time, even, most}));
}

/// The threads of parallel_in_order().
template <typename Make>
class OrderedWork {
 public:
  using Part = std::invoke_result_t<const Make&, std::size_t, std::size_t>;

  OrderedWork(std::size_t count, std::size_t most, std::size_t threads, const Make& make)
      : count_(count),
        most_(most),
        threads_(std::max<std::size_t>(1, std::min(threads, count))),
        make_(make) {
    if (threads_ == 1) return;
    for (std::size_t i = 0; i < threads_; ++i) {
      if (!start_thread(helpers_, [this] { work(); })) break;
    }
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;
  ~OrderedWork() {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
  }

  bool finished() const { return taken_ == count_; }

  /// Waits for the next part and takes it with all that are ready behind it. Without helpers, makes
  /// the next.
  std::vector<Part> take() {
    std::vector<Part> parts;
    std::unique_lock lock(mutex_);
    if (helpers_.empty()) {
      make_piece(lock);
    } else {
      ready_.wait(lock, [&] { return failure_ || done_.contains(taken_); });
      if (failure_) std::rethrow_exception(failure_);
    }
    for (auto next = done_.find(taken_); next != done_.end(); next = done_.find(taken_)) {
      parts.push_back(std::move(next->second.part));
      taken_ = next->second.last;
      done_.erase(next);
    }
    room_.notify_all();
    return parts;
  }

 private:
  struct Piece {
    std::size_t last = 0;
    Part part;
  };
  static constexpr std::size_t kWaitingPerThread = 4;

  void work() noexcept {
    std::unique_lock lock(mutex_);
    try {
      for (;;) {
        room_.wait(lock, [&] {
          return stop_ || next_ == count_ || done_.size() < threads_ * kWaitingPerThread;
        });
        if (stop_ || next_ == count_) return;
        make_piece(lock);
        ready_.notify_one();
      }
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      if (!failure_) failure_ = std::current_exception();
      ready_.notify_one();
    }
  }

  /// Unlocks while it is made.
  void make_piece(std::unique_lock<std::mutex>& lock) {
    const double each = made_ > 0 ? seconds_ / static_cast<double>(made_) : 0;
    const std::size_t first = next_;
    const std::size_t last = first + piece_size(each, count_ - first, threads_, most_);
    next_ = last;
    lock.unlock();
    const auto start = std::chrono::steady_clock::now();
    Part part = make_(first, last);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    lock.lock();
    made_ += last - first;
    seconds_ += took.count();
    done_.emplace(first, Piece{last, std::move(part)});
  }

  const std::size_t count_;
  const std::size_t most_;
  const std::size_t threads_;
  const Make& make_;

  std::mutex mutex_;  // guards everything below but the helpers
  std::condition_variable ready_;
  std::condition_variable room_;
  std::map<std::size_t, Piece> done_;  // by their first element
  std::exception_ptr failure_;
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
  std::size_t made_ = 0;
  double seconds_ = 0;  // of one thread, for all that were made
  bool stop_ = false;

  std::vector<std::jthread> helpers_;  // last: joined before anything that they use is gone
};

/// Calls make(first, last) for pieces of [0, count) on up to `threads` threads, and take(parts) on
/// this one with a std::vector of what they returned, in order, as many as are ready. A piece has
/// at most `most` elements; finished parts that wait for an earlier one are four for each thread at
/// most. Ends early when take() returns false. Rethrows what make() or take() threw after all
/// threads have ended. For one thread or element, or where the system gives no threads, this thread
/// does it all.
template <typename Make, typename Take>
void parallel_in_order(std::size_t count, std::size_t most, std::size_t threads, const Make& make,
                       const Take& take) {
  OrderedWork<Make> work(count, most, threads, make);
  while (!work.finished()) {
    if (!take(work.take())) return;
  }
}

}  // namespace simdb
