#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "client/server_address.h"

namespace simdb::client {

/// Called at least twice per second while something is waited for; what it throws ends the wait.
using Check = std::function<void()>;

/// A connection. What send() and receive() throw goes on after "the server ". Thread-compatible.
class HttpSocket {
 public:
  /// Connects within ten seconds. Throws Error(kIo), saying what to look at; what `check` throws.
  HttpSocket(const ServerAddress& address, Check check);
  HttpSocket(const HttpSocket&) = delete;
  HttpSocket& operator=(const HttpSocket&) = delete;
  ~HttpSocket();

  /// False: the other side has closed. Stops where the other side answers before it has read all.
  bool send(std::string_view bytes, std::chrono::seconds patience);
  /// Some bytes; 0: the other side has closed. Throws Error(kIo) if none come within `patience`.
  std::size_t receive(std::span<char> bytes, std::chrono::seconds patience);

 private:
  bool wait(short events, std::chrono::milliseconds patience) const;

  Check check_;
  int descriptor_ = -1;
};

}  // namespace simdb::client
