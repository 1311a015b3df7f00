#include "server/jobs.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <utility>

#include "pipeline/formats/json_text.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostJobs = 20;
constexpr std::uint64_t kStepsPerLook = 64;  // at the clock
constexpr std::chrono::milliseconds kTellEvery{500};

struct Cancelled {};

std::int64_t now() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string text_or_null(const std::string& text) {
  if (text.empty()) return "null";
  std::string json;
  append_json_text(json, text);
  return json;
}

}  // namespace

// Under the mutex, but for what is atomic.
struct Jobs::Job {
  std::uint64_t id = 0;
  std::string_view kind;
  const char* state = "running";
  std::int64_t started = now();
  std::int64_t ended = 0;
  std::string result;
  std::string error;
  std::atomic<bool> is_cancelled = false;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::int64_t> told = 0;

  // How many steps there will be nobody knows.
  std::string json() const {
    return fmt::format(
        R"({{"id":{},"kind":"{}","state":"{}","done":{},"total":{},"started":"{}","ended":{},)"
        R"("result":{},"error":{}}})",
        id, kind, state, done.load(), ended == 0 ? "null" : std::to_string(done.load()),
        iso_time(started), ended == 0 ? "null" : '"' + iso_time(ended) + '"',
        result.empty() ? "null" : result, text_or_null(error));
  }
};

Jobs::Jobs(std::function<void(std::string)> tell, Explain explain)
    : tell_(std::move(tell)), explain_(std::move(explain)) {}

Jobs::~Jobs() { stop(); }

std::shared_ptr<Jobs::Job> Jobs::find(std::uint64_t id) const {
  for (const auto& job : jobs_) {
    if (job->id == id) return job;
  }
  return nullptr;
}

std::optional<std::uint64_t> Jobs::start(std::string_view kind, Work work) {
  const std::lock_guard lock(mutex_);
  if (is_stopping_ || (!jobs_.empty() && jobs_.back()->ended == 0)) return std::nullopt;
  const auto job = std::make_shared<Job>();
  job->id = next_id_;
  job->kind = kind;
  // The one before has ended: its thread has nothing left to do that takes the mutex.
  thread_ = std::jthread([this, job, work = std::move(work)] { run(job, work); });
  ++next_id_;
  jobs_.push_back(job);
  if (jobs_.size() > kMostJobs) jobs_.pop_front();
  return job->id;
}

void Jobs::run(const std::shared_ptr<Job>& job, const Work& work) {
  const Check check = [this, &job] {
    if (job->is_cancelled) throw Cancelled();
    if (++job->done % kStepsPerLook != 0) return;
    std::int64_t told = job->told;
    const std::int64_t time = now();
    if (time - told < kTellEvery.count() || !job->told.compare_exchange_strong(told, time)) return;
    std::unique_lock lock(mutex_);
    std::string json = job->json();
    lock.unlock();
    tell_(std::move(json));
  };
  const char* state = "done";
  std::string result;
  std::string error;
  try {
    result = work(check);
  } catch (const Cancelled&) {
    state = "cancelled";
  } catch (...) {
    state = "failed";
    error = explain_(std::current_exception());
  }
  std::string json;
  {
    const std::lock_guard lock(mutex_);
    job->state = state;
    job->result = std::move(result);
    job->error = std::move(error);
    job->ended = now();
    json = job->json();
  }
  tell_(std::move(json));
}

std::optional<std::string> Jobs::json(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto job = find(id);
  return job ? std::optional(job->json()) : std::nullopt;
}

std::string Jobs::all_json() const {
  const std::lock_guard lock(mutex_);
  std::string json = "{\"jobs\":[";
  for (const auto& job : jobs_) json += (job == jobs_.front() ? "" : ",") + job->json();
  return json + "]}";
}

bool Jobs::cancel(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto job = find(id);
  if (job) job->is_cancelled = true;
  return job != nullptr;
}

void Jobs::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  if (!jobs_.empty()) jobs_.back()->is_cancelled = true;
}

}  // namespace simdb::server
