#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "server/http_message.h"

namespace simdb::server {

/// Tells clients what has changed (server-sent events, WHATWG HTML section 9.2). Thread-safe.
class Events {
 public:
  /// A stream of "event: change" with the number of the change that the database has seen: at once
  /// if that is not `since`, and whenever it changes; and of what set_job() and set_unknowns() are
  /// given from now on. Null: there are too many.
  std::shared_ptr<BodyStream> stream(std::uint64_t since);
  /// The database is at this change now.
  void set_change(std::uint64_t change);
  /// A job got on or ended: "event: job" with its JSON.
  void set_job(std::string json);
  /// So many pictures wait for a name now: "event: unknowns" with {"total": N}.
  void set_unknowns(std::size_t total);
  /// Sends what keeps a connection open that has heard nothing for long. Call it every second.
  void tick();
  /// Ends all streams.
  void close();

 private:
  class Stream;
  struct State;
  std::shared_ptr<State> state_ = make_state();
  static std::shared_ptr<State> make_state();
};

}  // namespace simdb::server
