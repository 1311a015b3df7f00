#include "benchmarks/knn_methods.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace simdb::bench {

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  // Long enough to keep the threads apart, short enough to end together.
  const std::size_t run =
      std::clamp<std::size_t>(count / (16 * static_cast<std::size_t>(threads)), 1, 256);
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto take_runs = [&] {
    try {
      for (std::size_t i = next.fetch_add(run); i < count; i = next.fetch_add(run)) {
        for (std::size_t j = i; j < std::min(count, i + run); ++j) work(j);
      }
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(take_runs);
  take_runs();
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
}

std::vector<FoundRows> KnnMethod::search_batch(const EmbeddingBatch& queries, std::size_t k,
                                               int threads) const {
  std::vector<FoundRows> found(queries.rows());
  parallel_for(queries.rows(), threads,
               [&](std::size_t q) { found[q] = search(queries.row(q), k); });
  return found;
}

}  // namespace simdb::bench
