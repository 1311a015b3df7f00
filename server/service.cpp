#include "server/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/parallel.h"
#include "core/printable.h"
#include "pipeline/formats/json_text.h"
#include "server/ascii.h"
#include "server/find_route.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::chrono::seconds kTick{1};
// What others change is looked for this often, unless that takes more than a part of the time.
constexpr std::chrono::milliseconds kFollowEvery{50};
constexpr int kFollowPart = 10;
constexpr std::size_t kMostWaiting = 1024;
constexpr std::uint64_t kMaxJsonBytes = 16UL << 20;
constexpr std::uint64_t kMaxLinesBytes = 64UL << 20;
constexpr std::size_t kMostQuickBytes = 128UL << 10;  // a vector of 4,096 numbers

// Without its parameters.
std::string_view media_type(const RequestHead& head) {
  const std::string_view type = head.field("content-type").value_or("");
  const std::string_view bare = type.substr(0, type.find(';'));
  return bare.substr(0, bare.find_last_not_of(" \t") + 1);
}

// What a body may be.
struct BodyRule {
  std::uint64_t max_bytes = 0;
  std::string_view type;  ///< the media type, or the beginning of one
  std::string_view what;  ///< for a person
};

BodyRule rule_of(BodyKind kind, const ImageLimits& limits) {
  switch (kind) {
    case BodyKind::kJson:
      return {kMaxJsonBytes, "application/json", "JSON: 'Content-Type: application/json'"};
    case BodyKind::kLines:
      return {kMaxLinesBytes, "application/x-ndjson",
              "lines of JSON: 'Content-Type: application/x-ndjson'"};
    case BodyKind::kImage:
      return {limits.max_file_bytes, "image/",
              "the file of an image: 'Content-Type: image/png', or that of its format"};
    case BodyKind::kNone:
      break;
  }
  return {};
}

bool suits(const BodyRule& rule, std::string_view type) {
  if (!rule.type.ends_with('/')) return equal_ignoring_case(type, rule.type);
  return equal_ignoring_case(type.substr(0, rule.type.size()), rule.type) ||
         equal_ignoring_case(type, "application/octet-stream");
}

std::pair<int, std::string_view> status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUsage:
      return {400, "usage"};
    case ErrorCode::kNotFound:
      return {404, "not_found"};
    case ErrorCode::kBadInput:
      return {422, "bad_input"};
    case ErrorCode::kBusy:
      return {503, "busy"};
    case ErrorCode::kCorruption:
      return {500, "corruption"};
    case ErrorCode::kIo:
      return {500, "io"};
    default:
      return {500, "internal"};
  }
}

std::string now_text() {
  using std::chrono::duration_cast;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return iso_time(duration_cast<std::chrono::milliseconds>(now).count());
}

Response busy(const Request& request, std::string_view detail) {
  Response response = problem(503, "busy", detail, request.id);
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

void Call::reply(std::string json, int status) const {
  if (!json.ends_with('\n')) json += '\n';
  (*respond)({.status = status, .body = std::move(json)});
}

void Call::fail(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const Conflict& conflict) {
    reply(problem(409, "conflict", conflict.what(), request->id));
  } catch (const Unsupported& unsupported) {
    reply(problem(415, "bad_input", unsupported.what(), request->id));
  } catch (const Error& error) {
    auto [status, code] = status_of(error.code());
    if (status < 500) return reply(problem(status, code, error.what(), request->id));
    // What it says may hold paths of this machine: only the log has it.
    const std::string_view text = error.what();
    if (text.find("No space left") != std::string_view::npos) {
      status = 507;
      code = "full";
    }
    service->log("error", request->id, text);
    if (status == 503) return reply(busy(*request, "the database is busy; try again"));
    reply(
        problem(status, code, "the database failed; the server's log has the reason", request->id));
  } catch (const std::bad_alloc&) {
    reply(busy(*request, "out of memory; try again later or with a smaller image"));
  } catch (const std::exception& error) {
    service->log("error", request->id, error.what());
    reply(problem(500, "internal", "the server failed; its log has the reason", request->id));
  }
}

void Call::guard(const std::function<void()>& work) const {
  try {
    work();
  } catch (...) {
    fail(std::current_exception());
  }
}

bool Call::may_write() const {
  return !service->options().read_only &&
         service->tokens().access(request->head.field("authorization")) == Access::kWrite;
}

Service::Service(Database& database, Tokens& tokens, ServiceOptions options)
    : database_(database),
      tokens_(tokens),
      options_(std::move(options)),
      decisions_(database),
      unknowns_(options_.folder, database.gallery().encoder_fingerprint(), options_.read_only,
                [this](std::size_t total) { events_.set_unknowns(total); }),
      jobs_([this](std::string json) { events_.set_job(std::move(json)); },
            [this](const std::exception_ptr& failure) { return explain(failure); }),
      backups_(database, [this](const std::exception_ptr& failure) { explain(failure); }),
      analyses_([this] { return database_.gallery().changes(); }),
      writer_(database, options_.limits, kMostWaiting, [this] { changed(); }),
      encoder_([this]() -> const ImageEncoder& { return database_.encoder(); }, workers_),
      workers_(options_.threads > 0 ? options_.threads : core_count(), kMostWaiting) {
  events_.set_change(database_.gallery().changes());
  if (const auto problem = decisions_.reload()) log("warning", "-", "uncalibrated: " + *problem);
  for (const std::string& problem : unknowns_.problems()) log("warning", "-", problem);
}

std::optional<Response> Service::admit(Request& request) {
  const FoundRoute found = find_route(request);
  if (found.allowed.empty()) {
    return problem(404, "not_found", "there is nothing at this path; see /v1/openapi.json",
                   request.id);
  }
  if (found.route == nullptr) {
    Response response =
        problem(405, "usage", "this path takes " + found.allowed + " only", request.id);
    response.fields.emplace_back("Allow", found.allowed);
    return response;
  }
  const Route& route = *found.route;
  request.route = route.path;
  const Access access = route.access == Access::kNone
                            ? Access::kNone
                            : tokens_.access(request.head.field("authorization"));
  if (access == Access::kNone && route.access != Access::kNone) {
    Response response =
        problem(401, "unauthorized", "show a token: 'Authorization: Bearer TOKEN'", request.id);
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (access < route.access) {
    return problem(403, "forbidden", "this token may only read", request.id);
  }
  if (options_.read_only && route.access == Access::kWrite) {
    return problem(403, "forbidden", "this server only reads", request.id);
  }
  try {
    Parameters(request.target.parameters).require_known(route.parameters);
  } catch (const Error& error) {
    return problem(400, "usage", error.what(), request.id);
  }
  const bool has_length = request.head.content_length.has_value();
  if (route.body == BodyKind::kNone) return std::nullopt;
  const BodyRule rule = rule_of(route.body, options_.limits);
  request.max_body_bytes = rule.max_bytes;
  if (!has_length) {
    return problem(411, "usage", "a body with Content-Length is missing", request.id);
  }
  if (!suits(rule, media_type(request.head)) || request.head.field("content-encoding")) {
    return problem(415, "bad_input",
                   "the body is " + std::string(rule.what) + ", not encoded further", request.id);
  }
  return std::nullopt;
}

void Service::answer(std::shared_ptr<const Request> request,
                     std::function<void(Response)> respond) {
  FoundRoute found = find_route(*request);
  const Call call{
      .service = this,
      .request = request,
      .respond = std::make_shared<const std::function<void(Response)>>(std::move(respond)),
      .path_values = std::move(found.values)};
  const bool catches_up = options_.read_your_writes && found.route->access == Access::kRead;
  const auto work = [this, catches_up, call, route = found.route] {
    call.guard([&] {
      if (catches_up) catch_up();
      route->handle(call);
    });
  };
  if (!catches_up && found.route->is_quick && request->body.size() <= kMostQuickBytes)
    return work();
  if (!workers_.submit(work)) call.reply(busy(*request, "too many requests; try again"));
}

void Service::log(std::string_view level, std::string_view id, std::string_view text) const {
  if (!options_.log) return;
  std::string quoted;
  append_json_text(quoted, text);
  options_.log(fmt::format("time={} level={} id={} message={}", now_text(), level, id, quoted));
}

void Service::note(const Exchange& exchange) noexcept {
  try {
    metrics_.count_request(exchange.request.route, exchange.status, exchange.time);
    if (!options_.log) return;
    options_.log(
        fmt::format("time={} level={} id={} method={} route={} status={} us={} in={} out={}",
                    now_text(), exchange.status >= 500 ? "error" : "info",
                    exchange.request.id.empty() ? "-" : exchange.request.id,
                    exchange.request.head.method.empty() ? "-" : exchange.request.head.method,
                    exchange.request.route, exchange.status,
                    std::chrono::duration_cast<std::chrono::microseconds>(exchange.time).count(),
                    exchange.request.body.size(), exchange.sent_bytes));
  } catch (const std::exception&) {
    return;  // out of memory: the request is served all the same
  }
}

void Service::changed() {
  if (const auto problem = decisions_.refresh(false)) {
    log("warning", "-", "uncalibrated: " + *problem);
  }
  events_.set_change(database_.gallery().changes());
}

// What a client may hear of it.
std::string Service::explain(const std::exception_ptr& failure) const {
  std::string text;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    text = error.what();
    if (status_of(error.code()).first < 500) return text;
  } catch (const std::exception& error) {
    text = error.what();
  }
  log("error", "-", text);
  return "the database failed; the server's log has the reason";
}

void Service::catch_up() {
  if (!database_.refresh()) return;
  if (!options_.read_only) return changed();
  decisions_.reload();
  events_.set_change(database_.gallery().changes());
}

// Returns whether it worked.
bool Service::follow() {
  try {
    catch_up();
  } catch (const std::exception& error) {
    log("error", "-", std::string("can't follow the writer: ") + error.what());
    return false;
  }
  return true;
}

void Service::tick() {
  try {
    if (options_.read_only) unknowns_.reload();
  } catch (const std::exception& error) {
    log("error", "-", std::string("can't follow the writer: ") + error.what());
  }
  events_.tick();
}

void Service::start() {
  const Gallery& gallery = database_.gallery();
  if (gallery.space().empty()) database_.encoder();
  std::vector<float> any(gallery.dimension(), 0);
  any.front() = 1;
  if (gallery.stats().items > 0) gallery.search(any, 1);
  ticker_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any sleep;
    std::unique_lock lock(mutex);
    std::chrono::nanoseconds pause = kFollowEvery;
    auto next_tick = std::chrono::steady_clock::now() + kTick;
    while (!sleep.wait_for(lock, stop, pause, [] { return false; })) {
      if (stop.stop_requested()) return;
      if (options_.change_signal) options_.change_signal(kFollowEvery);
      const auto began = std::chrono::steady_clock::now();
      const bool follows = follow();
      const auto took = std::chrono::steady_clock::now() - began;
      // Half of its time at most, and where it only looks a tenth.
      pause = !follows ? kTick
              : options_.change_signal
                  ? took
                  : std::max<std::chrono::nanoseconds>(kFollowEvery, kFollowPart * took);
      if (std::chrono::steady_clock::now() < next_tick) continue;
      tick();
      next_tick = std::chrono::steady_clock::now() + kTick;
    }
  });
  is_ready_ = true;
}

void Service::begin_stop() {
  is_ready_ = false;
  events_.close();
  analyses_.stop();
  jobs_.stop();
  backups_.stop();
}

void Service::finish() {
  workers_.close();  // nobody is left whom an answer would reach
  if (options_.read_only) return;
  if (const auto problem = decisions_.refresh(true)) {
    log("warning", "-", "the calibration was not saved: " + *problem);
  }
}

}  // namespace simdb::server
