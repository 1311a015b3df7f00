#include "server/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace simdb::server {
namespace {

constexpr std::size_t kMostStreams = 200;
constexpr int kQuietTicks = 15;

}  // namespace

struct Events::State {
  std::mutex mutex;
  std::uint64_t change = 0;
  // What was set last, how often something was.
  std::string job;
  std::uint64_t job_number = 0;
  std::size_t unknowns = 0;
  std::uint64_t unknowns_number = 0;
  bool is_closed = false;
  std::list<Stream*> streams;
};

// What it tells is found out when it is asked, so a slow client skips changes, it never queues
// them.
class Events::Stream : public BodyStream {
 public:
  Stream(std::shared_ptr<State> state, std::uint64_t since)
      : state_(std::move(state)), told_(since) {
    const std::lock_guard lock(state_->mutex);
    place_ = state_->streams.insert(state_->streams.end(), this);
    told_job_ = state_->job_number;
    told_unknowns_ = state_->unknowns_number;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override {
    const std::lock_guard lock(state_->mutex);
    state_->streams.erase(place_);
  }

  void next(std::function<void(std::string)> ready) override {
    std::string text;
    {
      const std::lock_guard lock(state_->mutex);
      if (!state_->is_closed && !text_of_news(text)) {
        ready_ = std::move(ready);
        quiet_ticks_ = 0;
        return;
      }
    }
    ready(std::move(text));
  }

  // Under the lock: what is to be called after it.
  std::function<void()> wake(bool is_tick) {
    if (!ready_) return {};
    std::string text;
    if (!state_->is_closed && !text_of_news(text)) {
      if (!is_tick || ++quiet_ticks_ < kQuietTicks) return {};
      text = ": still here\n\n";
    }
    return [ready = std::exchange(ready_, {}), text = std::move(text)] { ready(text); };
  }

 private:
  bool text_of_news(std::string& text) {
    if (std::exchange(told_, state_->change) != state_->change) {
      text += fmt::format("id: {0}\nevent: change\ndata: {{\"change\":{0}}}\n\n", told_);
    }
    if (std::exchange(told_job_, state_->job_number) != state_->job_number) {
      text += fmt::format("event: job\ndata: {}\n\n", state_->job);
    }
    if (std::exchange(told_unknowns_, state_->unknowns_number) != state_->unknowns_number) {
      text += fmt::format("event: unknowns\ndata: {{\"total\":{}}}\n\n", state_->unknowns);
    }
    return !text.empty();
  }

  std::shared_ptr<State> state_;
  std::list<Stream*>::iterator place_;
  std::uint64_t told_;
  std::uint64_t told_job_ = 0;
  std::uint64_t told_unknowns_ = 0;
  std::function<void(std::string)> ready_;
  int quiet_ticks_ = 0;
};

std::shared_ptr<Events::State> Events::make_state() { return std::make_shared<State>(); }

std::shared_ptr<BodyStream> Events::stream(std::uint64_t since) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->streams.size() >= kMostStreams) return nullptr;
  }
  return std::make_shared<Stream>(state_, since);
}

namespace {

template <typename Streams>
void wake_all(std::unique_lock<std::mutex>& lock, Streams& streams, bool is_tick) {
  std::vector<std::function<void()>> calls;
  for (auto* stream : streams) {
    if (auto call = stream->wake(is_tick)) calls.push_back(std::move(call));
  }
  lock.unlock();
  for (const auto& call : calls) call();
}

}  // namespace

void Events::set_change(std::uint64_t change) {
  std::unique_lock lock(state_->mutex);
  state_->change = change;
  wake_all(lock, state_->streams, false);
}

void Events::set_job(std::string json) {
  std::unique_lock lock(state_->mutex);
  state_->job = std::move(json);
  ++state_->job_number;
  wake_all(lock, state_->streams, false);
}

void Events::set_unknowns(std::size_t total) {
  std::unique_lock lock(state_->mutex);
  state_->unknowns = total;
  ++state_->unknowns_number;
  wake_all(lock, state_->streams, false);
}

void Events::tick() {
  std::unique_lock lock(state_->mutex);
  wake_all(lock, state_->streams, true);
}

void Events::close() {
  std::unique_lock lock(state_->mutex);
  state_->is_closed = true;
  wake_all(lock, state_->streams, false);
}

}  // namespace simdb::server
