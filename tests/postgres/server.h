#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postgres/postgres_gallery.h"
#include "tests/support/process.h"

namespace simdb::test {

/// The PostgreSQL server of this test program: tests/support/postgres_server.py. It ends with the
/// program.
class PostgresServer {
 public:
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// The one that all tests share, each with a schema of its own. Null where there is none; why is
  /// in reason().
  static PostgresServer* shared();
  static const std::string& reason();

  /// A schema that no test has had.
  static PostgresAddress new_address(const std::string& server);
  static PostgresAddress new_address() { return new_address(shared()->socket_); }
  const std::string& socket() const noexcept { return socket_; }
  const std::string& tcp() const noexcept { return tcp_; }
  /// Has the server carry out one of its commands; returns its answer.
  std::string command(const std::string& command);

 private:
  PostgresServer();
  static PostgresServer& instance();

  std::unique_ptr<Process> process_;
  std::string socket_;
  std::string tcp_;
  std::string reason_;
};

/// Executes SQL in a new session; the rows' values as text, line by line.
std::vector<std::string> execute(const std::string& server, const std::string& sql);

/// What a gallery of dimension 16 is created with.
GalleryIdentity small_identity();

/// Tests that are skipped, with the reason, where there is no server.
class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    if (PostgresServer::shared() == nullptr) GTEST_SKIP() << PostgresServer::reason();
    address = PostgresServer::new_address();
  }

  PostgresAddress address;
};

}  // namespace simdb::test
