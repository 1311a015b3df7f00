#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"
#include "server/listen_socket.h"

namespace simdb::server {

/// Bounds on what a client may take. A client that is slow or says nothing costs a few kilobytes
/// and a file descriptor until its time is over, and no thread.
struct HttpLimits {
  std::size_t threads = 1;                      ///< that share the connections
  std::size_t max_connections = 1000;           ///< beyond that, new ones are closed at once
  std::uint64_t max_body_bytes = 256u << 20;    ///< of all requests that are being read or answered
  std::chrono::milliseconds head_time{5'000};   ///< from the first byte of a head to its last
  std::chrono::milliseconds idle_time{60'000};  ///< between two requests
  std::chrono::milliseconds body_time{10'000};  ///< of a body, besides 1 s per 64 KiB
  std::chrono::milliseconds write_time{30'000};  ///< for 256 KiB of an answer
  std::chrono::milliseconds stop_time{8'000};    ///< for what is being answered, when it stops
};

/// What the server answers with.
class Application {
 public:
  virtual ~Application() = default;

  /// Looks at a request whose body was not read yet: sets its route and how much body it may have,
  /// or refuses it. Called by a thread that many connections share: must not wait.
  virtual std::optional<Response> admit(Request& request) = 0;
  /// Answers, by any thread, now or later; must not throw, nor wait. `respond` is called once at
  /// most; to destroy it closes the connection.
  virtual void answer(std::shared_ptr<const Request> request,
                      std::function<void(Response)> respond) = 0;

  /// A request that has been answered, or refused.
  struct Exchange {
    const Request& request;
    int status = 0;
    std::size_t sent_bytes = 0;
    std::chrono::nanoseconds time{};  ///< from the end of its head to that of its answer
  };
  virtual void note(const Exchange& exchange) noexcept = 0;
};

/// HTTP/1.1 over some listening sockets. What is framed badly, is
/// too large or too slow is refused here (RFC 9112; see server/request_gate.h); so are requests of
/// foreign sites. Not thread-safe but for stop().
class HttpServer {
 public:
  /// `names` are further Hosts, as in check_site(). `application` must outlive it. Takes the
  /// sockets over.
  HttpServer(Application& application, std::vector<ListenSocket> sockets,
             std::vector<std::string> names, HttpLimits limits = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// Serves until stop() was called or `should_stop`, asked ten times per second, says so, and all
  /// that was begun is answered or stop_time is over.
  void run(const std::function<bool()>& should_stop);
  /// Any thread may call it.
  void stop();
  bool is_stopping() const noexcept;
  std::size_t connections() const noexcept;

 private:
  struct State;
  struct Loop;
  std::shared_ptr<State> state_;  // shared with answers that are not there yet
};

}  // namespace simdb::server
