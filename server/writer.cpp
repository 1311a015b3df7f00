#include "server/writer.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostAtOnce = 256;  // additions of a commit

}  // namespace

Writer::Writer(Database& database, const ImageLimits& limits, std::size_t max_waiting,
               std::function<void()> changed)
    : database_(database),
      limits_(limits),
      max_waiting_(max_waiting),
      changed_(std::move(changed)),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_all();
}

bool Writer::add(Addition addition, AdditionDone done) {
  return put({.addition = std::move(addition), .added = std::move(done)});
}

bool Writer::change(std::function<void()> change,
                    std::function<void(const std::exception_ptr&)> done) {
  return put({.change = std::move(change), .done = std::move(done)});
}

std::size_t Writer::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

bool Writer::put(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(job));
  }
  has_work_.notify_one();
  return true;
}

void Writer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::vector<Job> additions;
    while (!waiting_.empty() && waiting_.front().added && additions.size() < kMostAtOnce) {
      additions.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    if (!additions.empty()) {
      lock.unlock();
      commit(additions);
    } else {
      const Job job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      std::exception_ptr failure;
      try {
        job.change();
        changed_();
      } catch (...) {
        failure = std::current_exception();
      }
      job.done(failure);
    }
    lock.lock();
  }
}

// In their order, those that follow each other in one step, as long as they have the same rule and
// keys of their own: of the same key the later one takes the place of the earlier.
void Writer::commit(std::vector<Job>& additions) {
  while (!additions.empty()) {
    const OnDuplicate rule = additions.front().addition.on_duplicate;
    std::set<std::string_view> keys;
    const auto end = std::ranges::find_if(additions, [&](const Job& job) {
      const std::string& key = job.addition.label.key;
      return job.addition.on_duplicate != rule || (!key.empty() && !keys.insert(key).second);
    });
    std::vector<Job> some(std::move_iterator(additions.begin()), std::move_iterator(end));
    additions.erase(additions.begin(), end);
    commit_some(some, rule);
  }
}

void Writer::commit_some(std::vector<Job>& additions, OnDuplicate on_duplicate) {
  struct Outcome {
    AdditionResult result;
    std::exception_ptr failure;
  };
  std::vector<Outcome> outcomes(additions.size());
  try {
    EncodedRun run(database_.gallery().dimension());
    run.end = additions.size();
    for (std::size_t i = 0; i < additions.size(); ++i) {
      run.indices.push_back(i);
      run.images.push_back(std::move(additions[i].addition.image));
      run.embeddings.append_unit(additions[i].addition.embedding);
    }
    const ImageList list{.size = additions.size(),
                         .load =
                             [&](std::size_t i) {
                               return source_image(additions[i].addition.bytes, "the image",
                                                   limits_);
                             },
                         .name = [](std::size_t) { return std::string("the image"); },
                         .bytes =
                             [&](std::size_t i, std::uint64_t max) {
                               const std::vector<std::byte>& bytes = additions[i].addition.bytes;
                               return bytes.size() > max ? std::nullopt : std::optional(bytes);
                             }};
    ingest_encoded(
        database_, std::move(run), list, [&](std::size_t i) { return additions[i].addition.label; },
        [&](const IngestedRun& done) {
          for (std::size_t i = 0; i < done.added.size(); ++i) {
            outcomes[done.indices[i]].result.added = done.added[i];
          }
          for (const DuplicateImage& duplicate : done.duplicates) {
            outcomes[duplicate.index].result.duplicate = duplicate;
          }
          for (const ImageFailure& failure : done.failures) {
            outcomes[failure.index].failure =
                std::make_exception_ptr(Error(failure.code, failure.message));
          }
          return true;
        },
        on_duplicate);
    changed_();
  } catch (...) {
    // All or none: what was committed in an earlier step of this call has its id already.
    for (Outcome& outcome : outcomes) {
      if (outcome.result.added.id == ItemId{} && !outcome.failure) {
        outcome.failure = std::current_exception();
      }
    }
  }
  for (std::size_t i = 0; i < additions.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    additions[i].added(outcome.failure ? nullptr : &outcome.result, outcome.failure);
  }
}

}  // namespace simdb::server
