#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace simdb::server {

/// A socket that listens; closed with its owner. A Unix socket's file is removed then.
class ListenSocket {
 public:
  /// Takes over a descriptor that listens already, as systemd hands it on. Throws Error(kUsage) if
  /// it is none.
  explicit ListenSocket(int descriptor);
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&& other) noexcept;
  ~ListenSocket();

  int descriptor() const noexcept { return descriptor_; }
  bool is_unix() const noexcept { return is_unix_; }
  /// Only programs on this machine reach it.
  bool is_local() const noexcept { return is_local_; }
  std::uint16_t port() const noexcept { return port_; }  ///< 0 for a Unix socket
  /// "127.0.0.1:7700", "[::1]:7700" or "unix:PATH".
  const std::string& name() const noexcept { return name_; }

 private:
  friend std::vector<ListenSocket> listen_on(std::string_view address);
  ListenSocket() = default;
  void describe();

  int descriptor_ = -1;
  bool is_unix_ = false;
  bool is_local_ = false;
  std::uint16_t port_ = 0;
  std::string name_;
  std::string file_;  // of a Unix socket that we made
};

/// Listens on "IPV4:PORT", "[IPV6]:PORT", "localhost:PORT", which is 127.0.0.1 and, where there is
/// one, ::1, or "unix:PATH", a socket that only this user can open. Port 0: one that is free. Names
/// are not looked up. Throws Error(kUsage) on other addresses, Error(kBusy) if it is taken,
/// Error(kIo) else.
std::vector<ListenSocket> listen_on(std::string_view address);

/// The sockets that systemd opened for this process (sd_listen_fds(3)): none if it was not started
/// by a socket. The environment is the caller's to read: `pid`, `count` are LISTEN_PID and
/// LISTEN_FDS.
std::vector<ListenSocket> inherited_sockets(std::string_view pid, std::string_view count);

}  // namespace simdb::server
