#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace simdb::bench {

/// The plainest server that Boost.Beast makes: one thread, every request gets the same answer.
class BeastServer {
 public:
  explicit BeastServer(std::string body);
  ~BeastServer();
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace simdb::bench
