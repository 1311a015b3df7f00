#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "postgres/address.h"

namespace simdb {

namespace postgres {
class Connection;
}

/// Tells at once when a gallery in PostgreSQL has changed, by LISTEN. It is a hint: what it can't
/// tell, as behind a standby, or while the server can't be reached, is seen by who looks from time
/// to time. Thread-compatible.
class ChangeSignal {
 public:
  explicit ChangeSignal(PostgresAddress address);
  ChangeSignal(const ChangeSignal&) = delete;
  ChangeSignal& operator=(const ChangeSignal&) = delete;
  ~ChangeSignal();

  /// Returns when there was a change since the last call returned, and after `longest` at the
  /// latest, but for what it takes to connect.
  void wait(std::chrono::milliseconds longest) noexcept;

 private:
  static constexpr std::chrono::seconds kNextTry{5};

  bool listen();

  const PostgresAddress address_;
  std::unique_ptr<postgres::Connection> connection_;
  std::chrono::steady_clock::time_point next_try_;
};

}  // namespace simdb
