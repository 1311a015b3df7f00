#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace simdb::server {

/// What was found out about the whole database.
struct Analysis {
  std::uint64_t change = 0;               ///< the database had seen when it began; set by Analyses
  std::string text = {};                  ///< what the route makes of it
  std::vector<std::string> entries = {};  ///< of a list that is paged: the JSON of each
};

/// Does what takes seconds and reads everything on a thread of its own, of low priority, one at a
/// time, so that it holds up no worker and hardly any query. What is asked again meanwhile, or
/// before the database changes, is done once. Thread-safe.
class Analyses {
 public:
  /// Calls `check` often, by any threads, and lets out what that throws. Error(kBusy), as where
  /// items changed meanwhile, makes it be tried again.
  using Work = std::function<Analysis(const std::function<void()>& check)>;
  /// Gets the analysis or, where that is null, what `work` threw. Must not throw.
  using Done = std::function<void(std::shared_ptr<const Analysis>, const std::exception_ptr&)>;

  static constexpr std::size_t kMostWaiting = 16;        ///< analyses
  static constexpr std::size_t kMostClients = 256;       ///< who wait for them
  static constexpr std::size_t kMostKept = 16;           ///< analyses
  static constexpr std::size_t kMostBytes = 256U << 20;  ///< of those

  /// `change` tells how many changes the database has seen.
  explicit Analyses(std::function<std::uint64_t()> change);
  Analyses(const Analyses&) = delete;
  Analyses& operator=(const Analyses&) = delete;
  /// As stop().
  ~Analyses();

  /// Calls `done`, at once or on the thread, with what `work` makes of a state no older than this
  /// call. Equal names are equal works. False: too many wait.
  bool ask(const std::string& name, Work work, Done done);
  /// The last one of this name, of whatever state; null if it is not kept.
  std::shared_ptr<const Analysis> last(const std::string& name);

  /// Ends what runs, and tells whoever waits Error(kBusy), as whoever asks from then on.
  void stop();

 private:
  struct Flight {
    std::string name;
    Work work = {};
    std::vector<Done> clients = {};
    std::uint64_t change = UINT64_MAX;  // when it began; before: nothing
  };
  struct Kept {
    std::string name;
    std::shared_ptr<const Analysis> analysis;
    std::size_t bytes = 0;
  };

  void run();
  std::shared_ptr<const Analysis> carry_out(Flight& flight);
  std::shared_ptr<const Analysis> find(const std::string& name);
  void keep(const std::string& name, std::shared_ptr<const Analysis> analysis);

  const std::function<std::uint64_t()> change_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::shared_ptr<Flight>> waiting_;
  std::shared_ptr<Flight> running_;
  std::size_t clients_ = 0;
  std::list<Kept> kept_;  // what was asked last is first
  std::atomic<bool> is_stopping_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace simdb::server
