#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/live_decisions.h"
#include "simdb/database.h"
#include "simdb/ingest.h"

namespace simdb::server {

/// An image that is encoded, to be added.
struct Addition {
  SourceImage image = {};             ///< without its pixels
  std::vector<float> embedding = {};  ///< of unit length
  ImageLabel label = {};
  std::vector<std::byte> bytes = {};  ///< of its file
  OnDuplicate on_duplicate = OnDuplicate::kWarn;
};
/// What became of it: nothing was added if it is left out.
struct AdditionResult {
  AddedItem added = {.is_new = false};  ///< without an id: it was left out
  std::optional<DuplicateImage> duplicate = std::nullopt;
};

/// The one thread that changes the database: what waits while it commits makes the next commit, so
/// many additions share one sync. Thread-safe.
class Writer {
 public:
  using AdditionDone = std::function<void(const AdditionResult*, const std::exception_ptr&)>;

  /// All must outlive it. `limits` are those of images. `changed` is called after each commit,
  /// before those who wait for it are told.
  Writer(Database& database, const ImageLimits& limits, std::size_t max_waiting,
         std::function<void()> changed);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  /// Does what waits first.
  ~Writer();

  /// False: too many wait. `done` must not throw.
  bool add(Addition addition, AdditionDone done);
  /// Calls `change`, which changes the database, and `done` with what it threw.
  bool change(std::function<void()> change, std::function<void(const std::exception_ptr&)> done);

  std::size_t waiting() const;

 private:
  struct Job {
    Addition addition = {};
    AdditionDone added = {};  // or, without it, of a change:
    std::function<void()> change = {};
    std::function<void(const std::exception_ptr&)> done = {};
  };
  bool put(Job job);
  void run();
  void commit(std::vector<Job>& additions);
  void commit_some(std::vector<Job>& additions, OnDuplicate on_duplicate);

  Database& database_;
  const ImageLimits limits_;
  const std::size_t max_waiting_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<Job> waiting_;
  bool is_ending_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace simdb::server
