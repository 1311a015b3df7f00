#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http_server.h"
#include "tests/support/http_client.h"

namespace simdb::server {

/// Pieces of 64 KiB, or, after those, waits until it is told to end.
class ToyStream : public BodyStream {
 public:
  static constexpr std::size_t kPiece = 65'536;
  static inline std::atomic<int> alive = 0;

  explicit ToyStream(std::size_t pieces) : left_(pieces) { ++alive; }
  ToyStream(const ToyStream&) = delete;
  ToyStream& operator=(const ToyStream&) = delete;
  ~ToyStream() override { --alive; }
  void next(std::function<void(std::string)> ready) override {
    if (left_ == 0) return ready("");
    --left_;
    ready(std::string(kPiece, 'x'));
  }

 private:
  std::size_t left_;
};

/// Answers by the first segment of the path: see answer().
class ToyApplication : public Application {
 public:
  static constexpr std::uint64_t kMaxBody = 4UL << 20;

  std::optional<Response> admit(Request& request) override {
    ++admitted;
    request.max_body_bytes = kMaxBody;
    if (request.target.segments[0] == "refused") return problem(401, "no", "no", request.id);
    if (request.target.segments[0] == "throw-early") throw std::bad_alloc();
    return std::nullopt;
  }
  void answer(std::shared_ptr<const Request> request,
              std::function<void(Response)> respond) override {
    const std::string& what = request->target.segments[0];
    if (what == "drop") return;
    if (what == "throw") throw std::bad_alloc();
    if (what == "hold") {
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(respond));
      return;
    }
    Response response{.content_type = "text/plain"};
    if (what == "empty") response.status = 204;
    if (what == "same") response.status = 304;
    if (what == "large") response.body.assign(32UL << 20, 'x');
    if (what == "stream") response.stream = std::make_shared<ToyStream>(16);
    if (what == "long-stream") response.stream = std::make_shared<ToyStream>(10'000);
    if (what == "echo") response.body = std::string(request->head.method) + " " + request->body;
    respond(std::move(response));
  }
  void note(const Exchange& exchange) noexcept override {
    const std::lock_guard lock(mutex_);
    noted_.push_back(exchange.status);
  }

  std::vector<std::function<void(Response)>> take_held() {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
  }
  std::size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  std::vector<int> noted() {
    const std::lock_guard lock(mutex_);
    return noted_;
  }

  std::atomic<int> admitted = 0;

 private:
  std::mutex mutex_;
  std::vector<std::function<void(Response)>> held_;
  std::vector<int> noted_;
};

inline HttpLimits short_limits() {
  using std::chrono::milliseconds;
  return {.threads = 2,
          .head_time = milliseconds(400),
          .idle_time = milliseconds(2'000),
          .body_time = milliseconds(400),
          .write_time = milliseconds(400),
          .stop_time = milliseconds(1'500)};
}

/// Serves ToyApplication on a thread of its own until its end.
class ToyServer {
 public:
  explicit ToyServer(HttpLimits limits = short_limits(), const std::string& address = "127.0.0.1:0")
      : ToyServer(limits, listen_on(address)) {}
  ToyServer(HttpLimits limits, std::vector<ListenSocket> sockets)
      : port_(sockets.front().port()),
        server_(std::make_unique<HttpServer>(application, std::move(sockets),
                                             std::vector<std::string>{"name.test"}, limits)),
        thread_([this] { server_->run([] { return false; }); }) {}
  ToyServer(const ToyServer&) = delete;
  ToyServer& operator=(const ToyServer&) = delete;
  ~ToyServer() {
    if (thread_.joinable()) stop();
  }

  /// Returns when it serves no more; `server` is gone then.
  void stop() {
    server_->stop();
    thread_.join();
    server_.reset();
  }
  HttpServer& server() { return *server_; }
  std::uint16_t port() const { return port_; }
  test::HttpClient client() const { return test::HttpClient(port_); }

  ToyApplication application;

 private:
  const std::uint16_t port_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

/// Waits until `holds`, for ten seconds at most; whether it does.
inline bool comes_true(const std::function<bool()>& holds) {
  for (int i = 0; i < 1'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

}  // namespace simdb::server
