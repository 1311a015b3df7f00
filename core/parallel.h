#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace simdb {

/// How many threads run at a time; at least 1.
inline std::size_t core_count() { return std::max(1U, std::thread::hardware_concurrency()); }

/// False if the system gives no more threads: fewer do the same work.
template <typename Run>
bool start_thread(std::vector<std::jthread>& threads, const Run& run) {
  try {
    threads.emplace_back(run);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

/// Calls work(first, last) for pieces of at most `piece` of [0, count), each once, on up to
/// `threads` threads, this one among them. Rethrows the first exception after all have ended.
template <typename Work>
void parallel_for(std::size_t count, std::size_t piece, std::size_t threads, Work&& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&]() noexcept {
    try {
      for (;;) {
        const std::size_t first = next.fetch_add(piece);
        if (first >= count) return;
        work(first, std::min(first + piece, count));
      }
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    const std::size_t helpers = std::min(threads, (count + piece - 1) / piece);
    std::vector<std::jthread> workers;
    for (std::size_t t = 1; t < helpers && start_thread(workers, run); ++t) {
    }
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace simdb
