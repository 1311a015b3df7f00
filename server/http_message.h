#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/request_gate.h"
#include "server/request_target.h"

namespace simdb::server {

/// A request that the gate has passed. Not copied: `head` points into `head_bytes`.
struct Request {
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string head_bytes;
  RequestHead head;
  Target target;
  std::string body;
  std::string id;                    ///< of the log; the client's own, if it gave a usable one
  std::string_view route = "other";  ///< template of the path, such as "/v1/items/{id}": a literal
  std::uint64_t max_body_bytes = 0;  ///< that the route takes
};

/// A body that is made while it is sent.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// Hands the next piece to `ready`, on any thread, now or later; an empty one is the end. Called
  /// again only after that. Whoever is done with the stream destroys it, at any time.
  virtual void next(std::function<void(std::string)> ready) = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string_view, std::string>> fields = {};  ///< the names are literals
  std::shared_ptr<BodyStream> stream = nullptr;                       ///< instead of `body`
};

/// "Not Found".
std::string_view reason_phrase(int status) noexcept;

/// An error as RFC 9457 describes them. `code` is a word that programs go by, `detail` a sentence
/// for a person.
Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id);

/// A moment as RFC 9110, 5.6.7 writes it.
std::string http_date(std::time_t now);

/// Status line and fields of a response, with the blank line. `date` as http_date() writes it.
std::string response_head(const Response& response, const Request& request, std::string_view date,
                          bool keep_alive);

}  // namespace simdb::server
