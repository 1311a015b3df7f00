#include "tests/postgres/server.h"

#include <libpq-fe.h>

#include <stdexcept>

namespace simdb::test {

using namespace std::chrono_literals;

PostgresServer::PostgresServer()
    : process_(std::make_unique<Process>(
          std::vector<std::string>{SIMDB_PYTHON, "-B", SIMDB_POSTGRES_SERVER})) {
  const auto first = process_->read_line(120s);
  const std::string skipped = "skipped: ";
  if (first && first->starts_with(skipped)) {
    reason_ = first->substr(skipped.size());
    return;
  }
  const auto second = process_->read_line(1s);
  if (!first || !second) throw std::runtime_error("the test's PostgreSQL server did not start");
  socket_ = *first;
  tcp_ = *second;
}

PostgresServer::~PostgresServer() {
  process_->close_input();
  process_->wait();  // until its folder is gone
}

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
}

PostgresServer* PostgresServer::shared() {
  return instance().reason_.empty() ? &instance() : nullptr;
}

const std::string& PostgresServer::reason() { return instance().reason_; }

PostgresAddress PostgresServer::new_address(const std::string& server) {
  static int number = 0;
  return {server, "Gallery \"" + std::to_string(++number) + "\""};
}

std::string PostgresServer::command(const std::string& command) {
  process_->write_line(command);
  const auto answer = process_->read_line(120s);
  if (!answer) throw std::runtime_error("the test's PostgreSQL server did not answer");
  return *answer;
}

std::vector<std::string> execute(const std::string& server, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(server.c_str()),
                                                                &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  std::vector<std::string> values;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      values.emplace_back(PQgetvalue(result.get(), row, column));
    }
  }
  return values;
}

GalleryIdentity small_identity() {
  const std::string text = "a model";
  const auto bytes = std::as_bytes(std::span(text));
  return {16, to_hex(sha256(bytes)), {bytes.begin(), bytes.end()}};
}

}  // namespace simdb::test
