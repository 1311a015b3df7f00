#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "server/http_message.h"
#include "simdb/database.h"

namespace simdb::server {

/// Backups on their way to clients. Each is made by a thread of its own, as fast as its client
/// reads and with no more than a megabyte ahead; what changes meanwhile is not in it. Thread-safe.
class BackupStreams {
 public:
  /// Gets the stream when its first bytes are there; null: what failed before.
  using Begun = std::function<void(std::shared_ptr<BodyStream>, const std::exception_ptr&)>;

  /// `database` must outlive it. `failed` gets what breaks off a backup on its way. At most `most`
  /// at a time.
  BackupStreams(const Database& database, std::function<void(const std::exception_ptr&)> failed,
                std::size_t most = 2);
  BackupStreams(const BackupStreams&) = delete;
  BackupStreams& operator=(const BackupStreams&) = delete;
  /// As stop(), and waits for the threads.
  ~BackupStreams();

  /// False: as many as may be are on their way, or stop() was called. `begun` must not throw.
  bool start(Begun begun);
  /// Breaks all off, so that no client takes its part for the whole, and lets none begin.
  void stop();

 private:
  struct Channel;
  class Stream;
  struct Running {
    std::shared_ptr<Channel> channel;
    std::jthread thread;
  };
  void run(const std::shared_ptr<Channel>& channel, const Begun& begun) const;

  const Database& database_;
  const std::function<void(const std::exception_ptr&)> failed_;
  const std::size_t most_;
  std::mutex mutex_;
  bool is_stopping_ = false;
  std::list<Running> running_;  // last: its threads use the rest
};

}  // namespace simdb::server
