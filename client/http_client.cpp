#include "client/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "client/response_reader.h"
#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatienceWithBusy{30};
constexpr milliseconds kLeastPause{100};
constexpr std::size_t kMaxProblemBytes = 65'536;

// The sink has enough.
struct Stopped {};
// The connection was closed before an answer began.
struct Lost {};

bool is_good(int status) { return status >= 200 && status < 300; }

ErrorCode code_of(int status, std::string_view code) {
  switch (status) {
    case 404:
      return ErrorCode::kNotFound;
    case 413:
    case 415:
    case 422:
      return ErrorCode::kBadInput;
    case 408:
    case 409:
    case 429:
    case 503:
      return ErrorCode::kBusy;
    case 507:
      return ErrorCode::kIo;
    default:
      break;
  }
  if (status < 500) return ErrorCode::kUsage;
  if (code == "corruption") return ErrorCode::kCorruption;
  return code == "io" ? ErrorCode::kIo : ErrorCode::kInternal;
}

// What the server says of a request that it did not do.
Error error_of(const Server& server, int status, const std::string& body) {
  std::string detail = fmt::format("it answers with status {}", status);
  std::string code;
  std::string id;
  const auto problem = nlohmann::json::parse(body, nullptr, false);
  if (problem.is_object()) {
    const auto text = [&](const char* name) {
      const auto found = problem.find(name);
      return found != problem.end() && found->is_string() ? found->get<std::string>()
                                                          : std::string();
    };
    code = text("code");
    if (!text("detail").empty()) detail = text("detail");
    if (status >= 500) id = text("request_id");
  }
  if (status == 401) {
    detail = server.token.empty()
                 ? "it wants a token: name the file that holds it with --token-file FILE or in "
                   "$SIMDB_TOKEN_FILE; 'simdb serve' says where that is"
                 : "it does not know this token; 'simdb serve' says in which file the right one is";
  }
  return {code_of(status, code), fmt::format("the server {}: {}{}", printable(server.address.name),
                                             detail, id.empty() ? "" : " (request " + id + ")")};
}

}  // namespace

struct HttpClient::Answer {
  int status = 0;
  unsigned retry_after = 1;
  std::string problem = {};
  bool is_whole = true;
};

HttpClient::Answer HttpClient::try_exchange(const HttpRequest& request, const BodySink& sink) {
  Answer answer;
  ResponseReader reader([&](const ResponseHead& head, std::string_view piece) {
    if (is_good(head.status)) {
      if (!sink(piece)) throw Stopped();
    } else if (answer.problem.size() < kMaxProblemBytes) {
      answer.problem += piece;
    }
  });
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                                 server_.address.host_field());
  if (!server_.token.empty()) head += "Authorization: Bearer " + server_.token + "\r\n";
  if (!request.content_type.empty()) {
    head += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.content_type,
                        request.body.size());
  }
  head += "\r\n";
  // A refusal may come, and the other side close, before the body is sent: then it is read.
  const bool is_sent =
      socket_->send(head, request.patience) && socket_->send(request.body, request.patience);
  std::array<char, 65'536> bytes;
  std::string unread;
  while (!reader.is_done()) {
    const std::size_t size = socket_->receive(bytes, request.patience);
    if (size == 0) {
      if (!reader.has_begun()) throw Lost();
      reader.put_end();
      break;
    }
    unread.append(bytes.data(), size);
    while (!unread.empty() && !reader.is_done()) {
      const std::size_t used = reader.put(unread);
      unread.erase(0, used);
      if (used == 0) break;
    }
  }
  answer.status = reader.head().status;
  answer.retry_after = reader.head().retry_after.value_or(1);
  if (!reader.keeps_alive() || !is_sent) socket_.reset();
  return answer;
}

HttpClient::Answer HttpClient::exchange(const HttpRequest& request, const BodySink& sink) {
  const std::string name = "the server " + printable(server_.address.name);
  for (int tries = 1;; ++tries) {
    if (!socket_) socket_ = std::make_unique<HttpSocket>(server_.address, server_.check);
    try {
      return try_exchange(request, sink);
    } catch (const Stopped&) {
      socket_.reset();
      return {.status = 200, .is_whole = false};
    } catch (const Lost&) {  // one that was kept may have been closed by the server meanwhile
      socket_.reset();
      if (request.is_repeatable && tries == 1) continue;
      throw Error(
          ErrorCode::kIo,
          name + " closed the connection without an answer" +
              (request.is_repeatable ? "" : "; look whether it was done before you repeat it"));
    } catch (const Error& error) {
      socket_.reset();
      throw Error(error.code(), name + " " + error.what());
    } catch (...) {
      socket_.reset();
      throw;
    }
  }
}

bool HttpClient::ask(const HttpRequest& request, const BodySink& sink) {
  const auto end = std::chrono::steady_clock::now() + kPatienceWithBusy;
  for (;;) {
    const Answer answer = exchange(request, sink);
    if (is_good(answer.status)) return answer.is_whole;
    const auto wait = seconds(answer.retry_after);
    // What is refused as too much is not begun.
    const bool is_busy = answer.status == 503 || answer.status == 429;
    if (!is_busy || std::chrono::steady_clock::now() + wait > end)
      throw error_of(server_, answer.status, answer.problem);
    pause(std::max(milliseconds(wait), kLeastPause));
  }
}

std::string HttpClient::ask(const HttpRequest& request) {
  std::string body;
  ask(request, [&](std::string_view piece) {
    body += piece;
    return true;
  });
  return body;
}

void HttpClient::pause(milliseconds time) const {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    if (server_.check) server_.check();
    std::this_thread::sleep_for(std::min(time, milliseconds(100)));
  }
}

}  // namespace simdb::client
