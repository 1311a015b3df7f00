#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "client/http_socket.h"
#include "client/server_address.h"

namespace simdb::client {

struct HttpRequest {
  std::string_view method = "GET";
  std::string target;  ///< as RequestTarget makes it
  std::string_view content_type = {};
  std::string_view body = {};
  /// The same again does no more than once: it may be repeated where its answer was lost.
  bool is_repeatable = true;
  std::chrono::seconds patience{120};  ///< without a byte
};

/// Whom to ask, as whom.
struct Server {
  ServerAddress address;
  std::string token = {};
  Check check = {};
};

/// Gets a piece of a body; false: that is enough.
using BodySink = std::function<bool(std::string_view)>;

/// Asks a `simdb serve`, over one connection that is kept. A lost connection is made anew, once,
/// for what is repeatable; a busy server is asked again as its Retry-After says, for up to half a
/// minute. Thread-compatible.
class HttpClient {
 public:
  explicit HttpClient(Server server) : server_(std::move(server)) {}

  /// The body of the answer. Throws Error as the server's problem document says, with its address:
  /// kNotFound, kBadInput, ...; kBusy for a server that stays so; kIo if it can't be reached.
  std::string ask(const HttpRequest& request);
  /// The same, piece by piece, while it comes. Returns whether it came to its end.
  bool ask(const HttpRequest& request, const BodySink& sink);

  const Server& server() const noexcept { return server_; }

 private:
  struct Answer;
  Answer exchange(const HttpRequest& request, const BodySink& sink);
  Answer try_exchange(const HttpRequest& request, const BodySink& sink);
  void pause(std::chrono::milliseconds time) const;

  Server server_;
  std::unique_ptr<HttpSocket> socket_;
};

}  // namespace simdb::client
