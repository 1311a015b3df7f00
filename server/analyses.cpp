#include "server/analyses.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr int kNiceness = 5;  // about a third of the processor time of a thread that answers
constexpr int kMostTries = 3;

std::exception_ptr stopping() {
  return std::make_exception_ptr(
      Error(ErrorCode::kBusy, "can't analyse the database: the server stops; ask again later"));
}

std::size_t bytes_of(const Analysis& analysis) {
  return std::accumulate(analysis.entries.begin(), analysis.entries.end(), analysis.text.size(),
                         [](std::size_t sum, const std::string& entry) {
                           return sum + sizeof(std::string) + entry.size();
                         });
}

}  // namespace

Analyses::Analyses(std::function<std::uint64_t()> change)
    : change_(std::move(change)), thread_([this] { run(); }) {}

Analyses::~Analyses() { stop(); }

bool Analyses::ask(const std::string& name, Work work, Done done) {
  std::shared_ptr<const Analysis> found;
  std::unique_lock lock(mutex_);
  if (!is_stopping_) {
    const std::uint64_t now = change_();
    found = find(name);
    if (found && found->change != now) found = nullptr;
    if (!found) {
      if (clients_ == kMostClients) return false;
      const auto joins = [&](const std::shared_ptr<Flight>& flight) {
        if (flight->name != name) return false;
        flight->clients.push_back(std::move(done));
        ++clients_;
        return true;
      };
      if (running_ && running_->change == now && joins(running_)) return true;
      if (std::ranges::any_of(waiting_, joins)) return true;
      if (waiting_.size() == kMostWaiting) return false;
      waiting_.push_back(std::make_shared<Flight>(Flight{.name = name, .work = std::move(work)}));
      joins(waiting_.back());
      lock.unlock();
      has_work_.notify_one();
      return true;
    }
  }
  lock.unlock();
  done(found, found ? nullptr : stopping());
  return true;
}

std::shared_ptr<const Analysis> Analyses::last(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return find(name);
}

void Analyses::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  has_work_.notify_one();
}

std::shared_ptr<const Analysis> Analyses::find(const std::string& name) {
  const auto place =
      std::ranges::find_if(kept_, [&](const Kept& entry) { return entry.name == name; });
  if (place == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, place);
  return place->analysis;
}

void Analyses::keep(const std::string& name, std::shared_ptr<const Analysis> analysis) {
  std::erase_if(kept_, [&](const Kept& entry) { return entry.name == name; });
  const std::size_t bytes = bytes_of(*analysis);
  kept_.push_front({name, std::move(analysis), bytes});
  if (kept_.size() > kMostKept) kept_.resize(kMostKept);
  std::size_t sum = 0;
  std::erase_if(kept_, [&](const Kept& entry) {
    sum += entry.bytes;
    return sum > kMostBytes && sum > bytes;  // the new one stays, however large
  });
}

std::shared_ptr<const Analysis> Analyses::carry_out(Flight& flight) {
  const auto check = [this] {
    if (is_stopping_) std::rethrow_exception(stopping());
  };
  for (int tries = 1;; ++tries) {
    try {
      check();
      {
        const std::lock_guard lock(mutex_);
        flight.change = change_();
      }
      auto made = std::make_shared<Analysis>(flight.work(check));
      made->change = flight.change;
      return made;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBusy || tries == kMostTries || is_stopping_) throw;
    }
  }
}

void Analyses::run() {
  // The threads that it starts inherit this. Where it is refused, an analysis is as urgent as the
  // rest.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    running_ = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    std::shared_ptr<const Analysis> made;
    std::exception_ptr failure;
    try {
      made = carry_out(*running_);
      const std::lock_guard keeping(mutex_);
      keep(running_->name, made);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    const std::shared_ptr<Flight> flight = std::exchange(running_, nullptr);
    clients_ -= flight->clients.size();
    lock.unlock();
    for (const Done& done : flight->clients) done(made, failure);
    lock.lock();
  }
}

}  // namespace simdb::server
