#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace simdb::server {

/// Long work, one at a time, each on a thread of its own, beside what is asked and added meanwhile.
/// Thread-safe.
class Jobs {
 public:
  /// What work hands on: throws an error of its own when the job is to end, and counts a step. Any
  /// thread may call it.
  using Check = std::function<void()>;
  /// Returns the result, as JSON.
  using Work = std::function<std::string(const Check&)>;
  /// What a client is told of an exception of work.
  using Explain = std::function<std::string(const std::exception_ptr&)>;

  /// `tell` gets the JSON of a job that got on, twice per second at most, or ended.
  Jobs(std::function<void(std::string)> tell, Explain explain);
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  /// As stop(), and waits for it.
  ~Jobs();

  /// Begins a job; returns its id. Nothing: one runs, or stop() was called. `kind` is a literal.
  std::optional<std::uint64_t> start(std::string_view kind, Work work);
  /// The job as JSON: {"id", "kind", "state", "done", ...}; nothing if there is none, or no more.
  std::optional<std::string> json(std::uint64_t id) const;
  /// {"jobs": [...]}, the last 20, the newest last.
  std::string all_json() const;
  /// Asks a job to end, if it still runs; false: there is none.
  bool cancel(std::uint64_t id);
  /// Asks the one that runs to end, and lets none begin.
  void stop();

 private:
  struct Job;
  void run(const std::shared_ptr<Job>& job, const Work& work);
  std::shared_ptr<Job> find(std::uint64_t id) const;  // under mutex_

  const std::function<void(std::string)> tell_;
  const Explain explain_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::uint64_t next_id_ = 1;
  bool is_stopping_ = false;
  std::jthread thread_;  // of the last one
};

}  // namespace simdb::server
