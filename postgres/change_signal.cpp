#include "postgres/change_signal.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/connection_internal.h"
#include "simdb/error.h"

namespace simdb {

using std::chrono::steady_clock;

ChangeSignal::ChangeSignal(PostgresAddress address) : address_(std::move(address)) {}

ChangeSignal::~ChangeSignal() = default;

// False where the server does not tell.
bool ChangeSignal::listen() {
  if (connection_) return true;
  if (steady_clock::now() < next_try_) return false;
  next_try_ = steady_clock::now() + kNextTry;
  auto connection = std::make_unique<postgres::Connection>(address_.server);
  connection->run("LISTEN simdb");
  connection_ = std::move(connection);
  return true;
}

void ChangeSignal::wait(std::chrono::milliseconds longest) noexcept {
  const auto end = steady_clock::now() + longest;
  try {
    if (listen()) {
      for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        const std::vector<std::string> schemas =
            connection_->notifications(std::max(left, std::chrono::milliseconds(0)));
        if (std::ranges::count(schemas, address_.schema) > 0 || left.count() <= 0) return;
      }
    }
  } catch (const Error&) {
    connection_.reset();
  }
  std::this_thread::sleep_until(end);
}

}  // namespace simdb
