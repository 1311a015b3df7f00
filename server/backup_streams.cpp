#include "server/backup_streams.h"

#include <condition_variable>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::size_t kPieceBytes = 256UL << 10;

// Nobody takes it any more.
struct BrokenOff {};

}  // namespace

// Between the thread that makes a backup and the connection that sends it: one piece.
struct BackupStreams::Channel {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<std::string> piece;
  std::function<void(std::string)> ready;  // waits for the next piece
  std::atomic<bool> is_broken = false;
  std::atomic<bool> is_done = false;  // the thread is

  void put(std::string next) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return is_broken || !piece; });
    if (is_broken) throw BrokenOff();
    if (!ready) {
      piece = std::move(next);
      return;
    }
    const auto take = std::exchange(ready, {});
    lock.unlock();
    take(std::move(next));
  }

  void take(std::function<void(std::string)> into) {
    std::unique_lock lock(mutex);
    if (is_broken) return;  // let go of: the connection ends
    if (!piece) {
      ready = std::move(into);
      return;
    }
    std::string next = std::move(*piece);
    piece.reset();
    lock.unlock();
    changed.notify_one();
    into(std::move(next));
  }

  void break_off() {
    std::function<void(std::string)> waiting;  // let go of without the lock
    const std::lock_guard lock(mutex);
    is_broken = true;
    waiting.swap(ready);
    changed.notify_one();
  }
};

class BackupStreams::Stream : public BodyStream {
 public:
  explicit Stream(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override { channel_->break_off(); }
  void next(std::function<void(std::string)> ready) override { channel_->take(std::move(ready)); }

 private:
  const std::shared_ptr<Channel> channel_;
};

BackupStreams::BackupStreams(const Database& database,
                             std::function<void(const std::exception_ptr&)> failed,
                             std::size_t most)
    : database_(database), failed_(std::move(failed)), most_(most) {}

BackupStreams::~BackupStreams() { stop(); }

bool BackupStreams::start(Begun begun) {
  const std::lock_guard lock(mutex_);
  running_.remove_if([](const Running& one) { return one.channel->is_done.load(); });
  if (is_stopping_ || running_.size() >= most_) return false;
  const auto channel = std::make_shared<Channel>();
  running_.push_back({channel, std::jthread([this, channel, begun = std::move(begun)] {
                        run(channel, begun);
                        channel->is_done = true;
                      })});
  return true;
}

void BackupStreams::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  for (const Running& one : running_) one.channel->break_off();
}

void BackupStreams::run(const std::shared_ptr<Channel>& channel, const Begun& begun) const {
  bool has_begun = false;
  const auto begin = [&] {
    if (!std::exchange(has_begun, true)) begun(std::make_shared<Stream>(channel), nullptr);
  };
  try {
    std::string gathered;
    const auto check = [&] {
      if (channel->is_broken) throw BrokenOff();
    };
    database_.back_up(
        [&](std::span<const std::byte> bytes) {
          gathered.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          if (gathered.size() < kPieceBytes) return;
          channel->put(std::exchange(gathered, {}));
          begin();
        },
        check);
    if (!gathered.empty()) channel->put(std::move(gathered));
    begin();
    channel->put({});  // the end
  } catch (const BrokenOff&) {
    if (!has_begun) {
      begun(nullptr, std::make_exception_ptr(Error(ErrorCode::kBusy, "the server is stopping")));
    }
  } catch (...) {
    // The client must not take what it has for a whole backup.
    if (!has_begun) return begun(nullptr, std::current_exception());
    channel->break_off();
    failed_(std::current_exception());
  }
}

}  // namespace simdb::server
