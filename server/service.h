#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pipeline/live_decisions.h"
#include "server/access.h"
#include "server/analyses.h"
#include "server/backup_streams.h"
#include "server/encode_queue.h"
#include "server/events.h"
#include "server/http_server.h"
#include "server/jobs.h"
#include "server/metrics.h"
#include "server/unknowns.h"
#include "server/worker_pool.h"
#include "server/writer.h"
#include "simdb/database.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::server {

struct ServiceOptions {
  std::filesystem::path folder;  ///< of what the server keeps beside the database; it must exist
  bool read_only = false;
  /// Each answer is of a state that has all that was acknowledged to anybody before it was asked
  /// for, also by other servers of the same database: what others changed is taken over first.
  bool read_your_writes = false;
  std::size_t threads = 0;  ///< that decode, encode and search; 0: one per core
  ImageLimits limits = {};
  /// Opens the same database for reading, as another process sees it.
  std::function<Database()> view = {};
  /// Waits for a change by others for a time at most; as DatabasePlace::change_signal.
  std::function<void(std::chrono::milliseconds)> change_signal = {};
  /// Gets a line per request, "time=... id=... ...", without its end; may be empty. Thread-safe.
  std::function<void(std::string_view)> log = {};
};

/// What is asked for contradicts what is there: 409.
class Conflict : public Error {
 public:
  explicit Conflict(const std::string& message) : Error(ErrorCode::kUsage, message) {}
};

/// A body that is nothing the route takes: 415.
class Unsupported : public Error {
 public:
  explicit Unsupported(const std::string& message) : Error(ErrorCode::kBadInput, message) {}
};

class Service;

/// A request on its way through the service. A plain value, to be copied into what goes on later.
struct Call {
  Service* service = nullptr;
  std::shared_ptr<const Request> request;
  std::shared_ptr<const std::function<void(Response)>> respond;
  std::vector<std::string> path_values = {};  ///< of {id} and the like, in their order

  /// Answers with JSON, a line of it.
  void reply(std::string json, int status = 200) const;
  void reply(Response response) const { (*respond)(std::move(response)); }
  /// Answers with what was thrown.
  void fail(const std::exception_ptr& failure) const;
  /// Calls `work`, and answers with what that throws.
  void guard(const std::function<void()>& work) const;
  /// Whether the route would take this request if it changed something.
  bool may_write() const;
};

/// What a route takes.
enum class BodyKind { kNone, kJson, kImage, kLines };

struct Route {
  std::string_view method;
  std::string_view path;  ///< "/v1/items/{id}"
  Access access = Access::kRead;
  BodyKind body = BodyKind::kNone;
  std::span<const std::string_view> parameters;
  void (*handle)(const Call&) = nullptr;  ///< may throw
  /// It takes some ten microseconds, less than handing it to a worker and back does.
  bool is_quick = false;
};
/// All of them; see server/openapi.json.
std::span<const Route> routes();

/// The API over one database. Thread-safe.
class Service : public Application {
 public:
  /// All must outlive it.
  Service(Database& database, Tokens& tokens, ServiceOptions options);

  std::optional<Response> admit(Request& request) override;
  void answer(std::shared_ptr<const Request> request,
              std::function<void(Response)> respond) override;
  void note(const Exchange& exchange) noexcept override;

  /// Loads what the first answer needs; /readyz says yes from then on.
  void start();
  /// /readyz says no from now on, and what never ends is ended: it is about to stop.
  void begin_stop();
  /// Saves what is worth keeping. Call it when nothing is asked any more.
  void finish();

  /// A line that is about no request, or about one besides that of note().
  void log(std::string_view level, std::string_view id, std::string_view text) const;

  Database& database() noexcept { return database_; }
  Tokens& tokens() noexcept { return tokens_; }
  const ServiceOptions& options() const noexcept { return options_; }
  LiveDecisions& decisions() noexcept { return decisions_; }
  Metrics& metrics() noexcept { return metrics_; }
  Events& events() noexcept { return events_; }
  Unknowns& unknowns() noexcept { return unknowns_; }
  Jobs& jobs() noexcept { return jobs_; }
  BackupStreams& backups() noexcept { return backups_; }
  EncodeQueue& encoder() noexcept { return encoder_; }
  Writer& writer() noexcept { return writer_; }
  WorkerPool& workers() noexcept { return workers_; }
  Analyses& analyses() noexcept { return analyses_; }
  bool is_ready() const noexcept { return is_ready_; }

 private:
  void changed();
  void catch_up();
  bool follow();
  void tick();
  std::string explain(const std::exception_ptr& failure) const;

  Database& database_;
  Tokens& tokens_;
  const ServiceOptions options_;
  LiveDecisions decisions_;
  Metrics metrics_;
  Events events_;
  Unknowns unknowns_;
  Jobs jobs_;
  BackupStreams backups_;
  std::atomic<bool> is_ready_ = false;
  Analyses analyses_;
  // In this order, so that what still waits is done when this ends: a worker may hand on to the
  // encoder's queue and that to the writer, never the other way round.
  Writer writer_;
  EncodeQueue encoder_;
  WorkerPool workers_;
  std::jthread ticker_;
};

}  // namespace simdb::server
