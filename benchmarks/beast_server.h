#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace simdb::bench {

/// The plainest server that Boost.Beast makes: answers each request with what is made of its body.
class BeastServer {
 public:
  /// `answer` is called by `threads` threads.
  BeastServer(std::function<std::string(const std::string&)> answer, std::size_t threads);
  ~BeastServer();
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace simdb::bench
