#include "server/http_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <charconv>
#include <list>
#include <random>
#include <span>
#include <thread>
#include <variant>

#include "server/connection_internal.h"
#include "server/request_site.h"

namespace simdb::server {
namespace net = boost::asio;
namespace {

using Clock = Connection::Clock;

constexpr std::chrono::milliseconds kSweep{100};

bool is_usable_id(std::string_view id) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !id.empty() && id.size() <= 64 && id.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string hex(std::uint64_t value) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
  return {text.data(), end};
}

auto with(boost::system::error_code& error) {
  return net::redirect_error(net::use_awaitable, error);
}

}  // namespace

// What all threads share.
struct HttpServer::State {
  State(Application& app, std::vector<ListenSocket> listening, std::vector<std::string> hosts,
        HttpLimits bounds)
      : application(app), sockets(std::move(listening)), names(std::move(hosts)), limits(bounds) {
    std::random_device random;
    id_prefix = hex((static_cast<std::uint64_t>(random()) << 32) | random()) + "-";
  }

  Application& application;
  std::vector<ListenSocket> sockets;  // until it runs
  const std::vector<std::string> names;
  const HttpLimits limits;
  std::string id_prefix;
  std::atomic<std::uint64_t> next_id = 1;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::uint64_t> body_bytes = 0;  // of requests that are being read or answered
  std::atomic<bool> is_stopping = false;
};

// One thread's connections.
struct HttpServer::Loop : std::enable_shared_from_this<Loop> {
  Loop(std::shared_ptr<State> all, std::shared_ptr<const std::vector<ListenSocket>> listening)
      : shared(std::move(all)), sockets(std::move(listening)), sweep_timer(io) {}

  const std::shared_ptr<State> shared;
  std::shared_ptr<const std::vector<ListenSocket>> sockets;
  Application& application = shared->application;
  const HttpLimits& limits = shared->limits;
  // What the coroutines, which end with `io` at the latest, refer to stands before it.
  std::list<Connection*> connections;
  Clock::time_point stop_deadline = Clock::time_point::max();
  std::time_t date_of = 0;
  std::string date_text;
  net::io_context io{1};
  net::steady_timer sweep_timer;
  std::list<net::posix::stream_descriptor> acceptors;

  bool is_stopping() const noexcept { return shared->is_stopping; }

  const std::string& date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_of) {
      date_of = now;
      date_text = http_date(now);
    }
    return date_text;
  }

  void begin_stop() {
    if (stop_deadline != Clock::time_point::max()) return;
    stop_deadline = Clock::now() + limits.stop_time;
    acceptors.clear();
    sockets.reset();  // who comes when all threads have done so is refused, not left waiting
    for (Connection* connection : connections) {
      if (connection->is_idle()) connection->end_waiting();
    }
  }

  // Nothing of `acceptor` and `from` is left when it stops.
  net::awaitable<void> accept_all(net::posix::stream_descriptor& acceptor,
                                  const ListenSocket& from) {
    while (!is_stopping()) {
      boost::system::error_code error;
      co_await acceptor.async_wait(net::posix::stream_descriptor::wait_read, with(error));
      if (error || is_stopping()) co_return;
      const int descriptor =
          ::accept4(from.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
          net::steady_timer pause(io, kSweep);  // until others have closed theirs
          co_await pause.async_wait(with(error));
        }
        continue;
      }
      if (shared->connections >= limits.max_connections) {
        ::close(descriptor);
        continue;
      }
      begin_serving(from, descriptor);
    }
  }

  void begin_serving(const ListenSocket& from, int descriptor) noexcept {
    std::shared_ptr<Connection> connection;
    try {
      connection = std::make_shared<Connection>(io, limits, from, descriptor);
      net::co_spawn(io, serve(connection), net::detached);
    } catch (const std::exception&) {  // out of memory: the next one may do better
      if (!connection) ::close(descriptor);
    }
  }

  net::awaitable<void> sweep(std::function<bool()> should_stop) {  // NOLINT: it keeps it
    boost::system::error_code error;
    while (!is_stopping() || !connections.empty()) {
      sweep_timer.expires_after(kSweep);
      co_await sweep_timer.async_wait(with(error));
      if (should_stop && should_stop()) shared->is_stopping = true;
      if (is_stopping()) begin_stop();
      const auto now = Clock::now();
      for (Connection* connection : connections) {
        if (now >= stop_deadline) {
          connection->end_waiting();
        } else {
          connection->check_time(now);
        }
      }
      if (now >= stop_deadline) break;
    }
    io.stop();
  }

  // What `begin` hands, by any thread, to the function that it is given. If that is let go of
  // instead, the connection ends. So it does if `begin` throws: Asio 1.74 would end it twice.
  template <typename Value, typename Begin>
  net::awaitable<Value> handed_by(Begin begin) {
    return net::async_initiate<const net::use_awaitable_t<>, void(Value)>(
        [this, begin](auto handler) {
          const auto kept = kept_for(weak_from_this(), std::move(handler));
          try {
            begin([self = shared_from_this(), kept](Value value) {
              net::post(self->io,
                        [kept, value = std::move(value)]() mutable { (*kept)(std::move(value)); });
            });
          } catch (...) {
            return;
          }
        },
        net::use_awaitable);
  }

  // Why a head is not served, as far as this layer can tell.
  std::optional<Refusal> refusal_of(Request& request, const Connection& connection) {
    auto checked = check_head(request.head_bytes);
    if (const auto* refusal = std::get_if<Refusal>(&checked)) return *refusal;
    request.head = std::get<RequestHead>(std::move(checked));
    if (const auto id = request.head.field("x-request-id"); id && is_usable_id(*id)) {
      request.id = *id;
    }
    if (const auto refusal = check_site(request.head, shared->names, connection.port()))
      return refusal;
    auto target = parse_target(request.head.target);
    if (const auto* refusal = std::get_if<Refusal>(&target)) return *refusal;
    request.target = std::get<Target>(std::move(target));
    return std::nullopt;
  }

  // What can be said before the body is read.
  std::optional<Response> early_answer(Request& request, const Connection& connection) {
    if (const auto refusal = refusal_of(request, connection)) {
      const bool is_forbidden = refusal->status == 403 || refusal->status == 421;
      return problem(refusal->status, is_forbidden ? "forbidden" : "usage", refusal->detail,
                     request.id);
    }
    if (auto refused = application.admit(request)) return refused;
    const std::uint64_t length = request.head.content_length.value_or(0);
    if (length > request.max_body_bytes) {
      return problem(413, "too_large",
                     "the body has " + std::to_string(length) + " bytes; the most here is " +
                         std::to_string(request.max_body_bytes),
                     request.id);
    }
    const std::uint64_t others = shared->body_bytes;
    if (length > 0 && length + others > limits.max_body_bytes) {
      Response busy = problem(503, "busy", "too much is being uploaded; try again", request.id);
      busy.fields.emplace_back("Retry-After", "1");
      return busy;
    }
    return std::nullopt;
  }

  struct Served {
    bool goes_on = false;
    int status = 0;
    std::size_t sent = 0;
  };

  net::awaitable<bool> send_stream(Connection& connection,
                                   const std::shared_ptr<BodyStream>& stream, std::size_t& sent) {
    while (true) {
      const std::string piece = co_await handed_by<std::string>(
          [&stream](auto ready) { stream->next(std::move(ready)); });
      sent += piece.size();
      const bool is_open = co_await connection.write(hex(piece.size()) + "\r\n", piece + "\r\n");
      if (piece.empty() || !is_open) co_return is_open;
    }
  }

  net::awaitable<Served> send(Connection& connection, const Request& request,
                              const Response& response, bool keep_alive) {
    const bool is_head_only = request.head.method == "HEAD";
    const bool has_body = !is_head_only && response.status != 204 && response.status != 304;
    const std::string head = response_head(response, request, date(), keep_alive);
    const std::string_view body = has_body ? std::string_view(response.body) : std::string_view();
    Served served{.status = response.status, .sent = body.size()};
    served.goes_on = co_await connection.write(head, body);
    if (response.stream && has_body && served.goes_on) {
      served.goes_on = co_await send_stream(connection, response.stream, served.sent);
    }
    served.goes_on = served.goes_on && keep_alive;
    co_return served;
  }

  // Waits for a head; nothing if there is none any more.
  net::awaitable<std::optional<std::string>> read_head(Connection& connection) {
    connection.expect_head();
    std::string& input = connection.input();
    std::size_t searched = 0;
    std::optional<std::size_t> end;
    while (!(end = find_end_of_head(input, searched))) {
      searched = input.size();
      if (co_await connection.read_more()) continue;
      if (connection.take_late() && !input.empty()) {
        const Request none;
        const Served served =
            co_await send(connection, none,
                          problem(408, "timeout", "the request did not arrive in time", {}), false);
        application.note({none, served.status, served.sent, limits.head_time});
        co_await connection.close();
      }
      co_return std::nullopt;
    }
    connection.head_is_complete();
    const std::size_t size = std::min(*end, input.size());
    std::string head = input.substr(0, size);
    input.erase(0, size);
    co_return head;
  }

  // Reads the body and lets the application answer. Nothing was sent if the client went away.
  net::awaitable<Served> serve_admitted(Connection& connection, std::shared_ptr<Request> request) {
    const bool keep = request->head.keep_alive && !is_stopping();
    const std::uint64_t length = request->head.content_length.value_or(0);
    if (request->head.expects_continue &&
        !co_await connection.write("HTTP/1.1 100 Continue\r\n\r\n", {})) {
      co_return Served{};
    }
    if (co_await connection.read_body(request->body, length)) {
      Response response = co_await handed_by<Response>(
          [&](auto respond) { application.answer(request, std::move(respond)); });
      co_return co_await send(connection, *request, response, keep && !is_stopping());
    }
    if (!connection.take_late()) co_return Served{};
    co_return co_await send(connection, *request,
                            problem(408, "timeout", "the body did not arrive in time", request->id),
                            false);
  }

  // A request's part of body_bytes, however the request ends.
  struct BodyBytes {
    BodyBytes(State& of, std::uint64_t taken) : state(of), bytes(taken) {
      state.body_bytes += bytes;
    }
    ~BodyBytes() { state.body_bytes -= bytes; }
    BodyBytes(const BodyBytes&) = delete;
    BodyBytes& operator=(const BodyBytes&) = delete;

    State& state;
    const std::uint64_t bytes;
  };

  // Reads one request and answers it; false: the connection is done.
  net::awaitable<bool> serve_one(Connection& connection) {
    auto head = co_await read_head(connection);
    if (!head) co_return false;
    const auto begin = Clock::now();
    const auto request = std::make_shared<Request>();
    request->head_bytes = *std::move(head);
    request->id = shared->id_prefix + std::to_string(shared->next_id++);
    Served served;
    if (auto refused = early_answer(*request, connection)) {
      // Where the body was not read, nobody knows where the next request begins.
      const bool keep = !request->head.method.empty() && request->head.keep_alive &&
                        request->head.content_length.value_or(0) == 0 && !is_stopping();
      served = co_await send(connection, *request, *refused, keep);
    } else {
      const BodyBytes taken(*shared, request->head.content_length.value_or(0));
      served = co_await serve_admitted(connection, request);
    }
    if (served.status != 0) {
      application.note({*request, served.status, served.sent, Clock::now() - begin});
    }
    const bool goes_on = served.goes_on && !is_stopping();
    if (!goes_on) co_await connection.close();
    co_return goes_on;
  }

  net::awaitable<void> serve(std::shared_ptr<Connection> connection) {  // NOLINT: it keeps it
    struct Listed {
      Listed(Loop& to, Connection& connection)
          : loop(to), place(to.connections.insert(to.connections.end(), &connection)) {
        ++loop.shared->connections;
      }
      ~Listed() {
        loop.connections.erase(place);
        --loop.shared->connections;
      }
      Listed(const Listed&) = delete;
      Listed& operator=(const Listed&) = delete;

      Loop& loop;
      std::list<Connection*>::iterator place;
    };
    const Listed listed(*this, *connection);
    while (co_await serve_one(*connection)) {
    }
  }
};

HttpServer::HttpServer(Application& application, std::vector<ListenSocket> sockets,
                       std::vector<std::string> names, HttpLimits limits)
    : state_(std::make_shared<State>(application, std::move(sockets), std::move(names), limits)) {}
HttpServer::~HttpServer() = default;

void HttpServer::run(const std::function<bool()>& should_stop) {
  std::vector<std::shared_ptr<Loop>> loops;
  auto sockets = std::make_shared<const std::vector<ListenSocket>>(std::move(state_->sockets));
  for (std::size_t i = 0; i < std::max<std::size_t>(1, state_->limits.threads); ++i) {
    Loop& loop = *loops.emplace_back(std::make_shared<Loop>(state_, sockets));
    for (const ListenSocket& socket : *sockets) {
      auto& acceptor =
          loop.acceptors.emplace_back(loop.io, ::fcntl(socket.descriptor(), F_DUPFD_CLOEXEC, 0));
      net::co_spawn(loop.io, loop.accept_all(acceptor, socket), net::detached);
    }
    net::co_spawn(loop.io, loop.sweep(i == 0 ? should_stop : std::function<bool()>()),
                  net::detached);
  }
  sockets.reset();
  std::vector<std::jthread> threads;
  for (const auto& loop : std::span(loops).subspan(1)) {
    threads.emplace_back([&loop] { loop->io.run(); });
  }
  loops.front()->io.run();
}

void HttpServer::stop() { state_->is_stopping = true; }

bool HttpServer::is_stopping() const noexcept { return state_->is_stopping; }
std::size_t HttpServer::connections() const noexcept { return state_->connections; }

}  // namespace simdb::server
