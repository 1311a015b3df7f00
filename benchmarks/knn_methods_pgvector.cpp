#include "benchmarks/knn_methods.h"

#if SIMDB_BENCH_PGVECTOR
#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <mutex>
#include <stdexcept>

namespace simdb::bench {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Finish>;

// A connection; throws std::runtime_error with the server's words.
class Session {
 public:
  Session() : connection_(PQconnectdb(std::getenv("SIMDB_BENCH_PGVECTOR"))) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
  }

  Result run(const std::string& sql) { return checked(PQexec(connection_.get(), sql.c_str())); }

  Result search(const std::string& vector, std::size_t k) {
    const std::string count = std::to_string(k);
    const char* values[] = {vector.c_str(), count.c_str()};
    return checked(
        PQexecPrepared(connection_.get(), "search", 2, values, nullptr, nullptr, /*text=*/0));
  }

  void copy(const std::string& text) {
    if (PQputCopyData(connection_.get(), text.data(), static_cast<int>(text.size())) != 1) fail();
  }
  void end_copy() {
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail();
    checked(PQgetResult(connection_.get()));
    while (PQgetResult(connection_.get()) != nullptr) {
    }
  }

  std::size_t setting = SIZE_MAX;  // that it was told

 private:
  Result checked(PGresult* result) {
    Result owned(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) fail();
    return owned;
  }
  [[noreturn]] void fail() const {
    throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, Finish> connection_;
};

std::string text_of(std::span<const float> row) { return fmt::format("[{}]", fmt::join(row, ",")); }

// A table of a PostgreSQL server with an HNSW index; a connection per thread that searches.
class PgVector final : public KnnMethod {
 public:
  void build(const EmbeddingBatch& rows, int threads) override {
    Session session;
    session.run("CREATE EXTENSION IF NOT EXISTS vector");
    session.run("DROP TABLE IF EXISTS simdb_bench");
    session.run(fmt::format("CREATE TABLE simdb_bench (id integer PRIMARY KEY, v vector({}))",
                            rows.dimension()));
    session.run("COPY simdb_bench FROM STDIN");
    std::string text;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      text += fmt::format("{}\t{}\n", r, text_of(rows.row(r)));
      if (text.size() < (1 << 20) && r + 1 < rows.rows()) continue;
      session.copy(text);
      text.clear();
    }
    session.end_copy();
    session.run("SET maintenance_work_mem = '2GB'");
    session.run(fmt::format("SET max_parallel_maintenance_workers = {}", threads - 1));
    session.run("CREATE INDEX ON simdb_bench USING hnsw (v vector_ip_ops)");
    session.run("VACUUM ANALYZE simdb_bench");
  }

  std::vector<KnnSetting> settings() const override {
    std::vector<KnnSetting> settings = {{"pgvector", "scan"}};
    for (const int effort : kEfforts) {
      settings.push_back(
          {"pgvector", fmt::format("hnsw m=16 ef_construction=64 ef_search={}", effort)});
    }
    return settings;
  }
  void use(std::size_t setting) override { setting_ = setting; }

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    std::unique_ptr<Session> session = take();
    const Result result = session->search(text_of(query), k);
    FoundRows found(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::string_view number = PQgetvalue(result.get(), static_cast<int>(i), 0);
      std::from_chars(number.data(), number.data() + number.size(), found[i]);
    }
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
    return found;
  }

 private:
  static constexpr int kEfforts[] = {40, 100, 200, 400, 1000};

  std::unique_ptr<Session> take() const {
    std::unique_ptr<Session> session;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        session = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!session) {
      session = std::make_unique<Session>();
      session->run(
          "PREPARE search AS SELECT id FROM simdb_bench ORDER BY v <#> $1::vector LIMIT $2::int");
    }
    if (session->setting != setting_) {
      session->run(fmt::format("SET enable_indexscan = {}", setting_ == 0 ? "off" : "on"));
      if (setting_ > 0) {
        session->run(fmt::format("SET hnsw.ef_search = {}", kEfforts[setting_ - 1]));
      }
      session->setting = setting_;
    }
    return session;
  }

  std::size_t setting_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Session>> idle_;
};

}  // namespace

std::vector<KnnMethodEntry> pgvector_methods() {
  if (std::getenv("SIMDB_BENCH_PGVECTOR") == nullptr) {
    return {{"pgvector", nullptr,
             "SIMDB_BENCH_PGVECTOR does not name a PostgreSQL server; see benchmarks/README.md"}};
  }
  return {{"pgvector", [](std::size_t, std::size_t) { return std::make_unique<PgVector>(); }, ""}};
}

}  // namespace simdb::bench
#else
namespace simdb::bench {

std::vector<KnnMethodEntry> pgvector_methods() {
  return {{"pgvector", nullptr, "install libpq-dev and configure again"}};
}

}  // namespace simdb::bench
#endif
