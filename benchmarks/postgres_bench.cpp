// Exact searches of a gallery in PostgreSQL beside the plain query of pgvector over the same table,
// in turn; a copy in this process that follows it as `simdb serve` does; the answers of both; and
// that copy taken into PostgreSQL again beside a plain COPY of the same rows:
//   postgres_bench SERVER ITEMS [DIMENSION [QUERIES]]
// SERVER is an address of libpq where schemas "simdb_bench" and "simdb_bench_copy" may be made.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "database/replica_gallery.h"
#include "postgres/change_signal.h"
#include "postgres/postgres_copy.h"
#include "postgres/postgres_gallery.h"
#include "tests/support/embeddings.h"

namespace simdb::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kRounds = 31;
constexpr std::size_t kNearest = 10;
constexpr std::size_t kItemsPerAdd = 50'000;
constexpr std::size_t kCommits = 1'000;
constexpr std::chrono::milliseconds kFollowEvery{50};

double milliseconds(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

class Plain {
 public:
  explicit Plain(const std::string& server) : connection_(PQconnectdb(server.c_str()), &PQfinish) {
    run("SET search_path = simdb_bench, public");
  }
  std::size_t run(const std::string& sql, const char* vector = nullptr) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexecParams(connection_.get(), sql.c_str(), vector == nullptr ? 0 : 1, nullptr, &vector,
                     nullptr, nullptr, /*resultFormat=*/1),
        &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
    return static_cast<std::size_t>(PQntuples(result.get()));
  }
  std::vector<std::string> copy_out(const std::string& table) {
    start("COPY " + table + " TO STDOUT (FORMAT binary)", PGRES_COPY_OUT);
    std::vector<std::string> rows;
    char* row = nullptr;
    for (int size = 0; (size = PQgetCopyData(connection_.get(), &row, 0)) > 0; PQfreemem(row)) {
      rows.emplace_back(row, static_cast<std::size_t>(size));
    }
    finish();
    return rows;
  }
  void copy_in(const std::string& table, const std::vector<std::string>& rows) {
    start("COPY " + table + " FROM STDIN (FORMAT binary)", PGRES_COPY_IN);
    for (const std::string& row : rows) {
      PQputCopyData(connection_.get(), row.data(), static_cast<int>(row.size()));
    }
    PQputCopyEnd(connection_.get(), nullptr);
    finish();
  }

 private:
  void start(const std::string& sql, ExecStatusType expected) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) != expected) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
  }
  void finish() {
    bool failed = false;
    while (PGresult* const result = PQgetResult(connection_.get())) {
      failed = failed || PQresultStatus(result) != PGRES_COMMAND_OK;
      PQclear(result);
    }
    if (failed) throw std::runtime_error(PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void report(const char* name, const std::vector<double>& times) {
  std::cout << fmt::format("{:28} {:8.2f} ms ({:.2f} to {:.2f})\n", name, quantile(times, 0.5),
                           quantile(times, 0.1), quantile(times, 0.9));
}

// From the return of a commit to when a copy in this process shows it. Returns the copy.
std::unique_ptr<ReplicaGallery> measure_copy(PostgresGallery& gallery,
                                             const PostgresAddress& address, std::size_t items) {
  std::unique_ptr<ReplicaGallery> copy;
  const double copying = milliseconds(
      [&] { copy = std::make_unique<ReplicaGallery>(PostgresGallery::open(address)); });
  std::cout << fmt::format("copied in {:.1f} s\n", copying / 1000);
  const std::jthread follower([&](const std::stop_token& stop) {
    ChangeSignal signal(address);
    while (!stop.stop_requested()) {
      signal.wait(kFollowEvery);
      std::this_thread::sleep_for(
          std::chrono::duration<double, std::milli>(milliseconds([&] { copy->refresh(); })));
    }
  });
  std::mt19937 random(1);
  std::uniform_int_distribution<int> pause_ms(0, 40);
  std::vector<double> lags;
  for (std::size_t i = 0; i < kCommits; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms(random)));
    gallery.add(std::vector{test::numbered_item(items + i, "new")},
                test::random_embeddings(1, gallery.dimension(), i));
    const std::uint64_t change = gallery.changes();
    lags.push_back(milliseconds([&] {
      while (copy->changes() < change) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }));
  }
  std::cout << fmt::format(
      "lag behind {} commits: p50 {:.1f} ms, p99 {:.1f} ms, at most {:.1f} ms\n", kCommits,
      quantile(lags, 0.5), quantile(lags, 0.99), quantile(lags, 1));
  return copy;
}

// Lists found on the server and in the index of a folder, every other one with a filter.
void compare_answers(const PostgresGallery& gallery, const Gallery& copy, std::size_t count,
                     std::size_t items) {
  std::mt19937 random(2);
  std::uniform_int_distribution<std::uint64_t> any(1, items);
  const EmbeddingBatch queries = test::random_embeddings(count, gallery.dimension(), 8);
  std::size_t different = 0;
  for (std::size_t q = 0; q < count; ++q) {
    SearchFilter filter;
    if (q % 6 == 1) filter.class_names = {"class " + std::to_string(q % 1000), "class 0"};
    if (q % 6 == 3) filter.where = {{"n", Comparison::kLess, static_cast<double>(q % 97)}};
    if (q % 6 == 5) {
      std::vector<ItemId> ids;
      for (std::size_t i = 0; i < 1000; ++i) ids.push_back(ItemId{any(random)});
      std::ranges::sort(ids);
      ids.erase(std::ranges::unique(ids).begin(), ids.end());
      filter.ids = IdFilter(ids);
    }
    if (gallery.search(queries.row(q), kNearest, filter) !=
        copy.search(queries.row(q), kNearest, filter)) {
      ++different;
    }
  }
  std::cout << fmt::format("{} of {} lists differ from those of the copy\n", different, count);
}

void measure_load(const Gallery& original, const std::string& server, Plain& plain) {
  PostgresCopy target({server, "simdb_bench_copy"}, original);
  const double loading = milliseconds([&] { copy_into(original, target); });
  double copying = 0;
  double with_indexes = 0;
  for (const std::string name : {"items", "vectors", "thumbnails"}) {
    const std::string table = "simdb_bench_copy." + name;
    const std::vector<std::string> rows = plain.copy_out(table);
    plain.run("CREATE TABLE " + table + "_plain (LIKE " + table + ")");
    plain.run("CREATE TABLE " + table + "_indexed (LIKE " + table + " INCLUDING ALL)");
    copying += milliseconds([&] { plain.copy_in(table + "_plain", rows); });
    with_indexes += milliseconds([&] { plain.copy_in(table + "_indexed", rows); });
  }
  std::cout << fmt::format(
      "loaded by simdb in {:.1f} s; plain COPY of the same rows: {:.1f} s (ratio {:.2f}), into "
      "tables with the same indexes {:.1f} s (ratio {:.2f})\n",
      loading / 1000, copying / 1000, loading / copying, with_indexes / 1000,
      loading / with_indexes);
}

int run(const std::string& server, std::size_t items, std::size_t dimension, std::size_t queries) {
  const std::vector<std::byte> model(1);
  const PostgresAddress address{server, "simdb_bench"};
  const auto gallery =
      PostgresGallery::create(address, {dimension, to_hex(sha256(model)), model, ""});
  double loading = 0;
  for (std::size_t done = 0; done < items; done += kItemsPerAdd) {
    std::vector<NewItem> some;
    for (std::size_t n = done; n < std::min(items, done + kItemsPerAdd); ++n) {
      some.push_back(test::numbered_item(n, "class " + std::to_string(n % 1000)));
      some.back().thumbnail.clear();
      some.back().info.metadata["n"] = static_cast<double>(n % 1000);
    }
    const EmbeddingBatch embeddings = test::random_embeddings(some.size(), dimension, done);
    loading += milliseconds([&] { gallery->add(some, embeddings); });
  }
  std::cout << fmt::format(
      "{} items of dimension {}: added in {:.1f} s, {:.0f} bytes per item\n", items, dimension,
      loading / 1000,
      static_cast<double>(gallery->stats().disk_bytes) / static_cast<double>(items));
  Plain plain(server);
  plain.run("VACUUM ANALYZE vectors");
  plain.run("VACUUM ANALYZE items");
  std::vector<double> by_gallery;
  std::vector<double> by_plain;
  std::vector<double> ratios;
  const EmbeddingBatch asked = test::random_embeddings(kRounds, dimension, 7);
  for (std::size_t q = 0; q < kRounds; ++q) {
    const std::string text = fmt::format("[{}]", fmt::join(asked.row(q), ","));
    const auto ask_gallery = [&] {
      by_gallery.push_back(milliseconds([&] { gallery->search(asked.row(q), kNearest); }));
    };
    const auto ask_plain = [&] {
      by_plain.push_back(milliseconds([&] {
        plain.run("SELECT id FROM vectors ORDER BY embedding <#> $1::vector LIMIT 10",
                  text.c_str());
      }));
    };
    q % 2 == 0 ? (ask_gallery(), ask_plain()) : (ask_plain(), ask_gallery());
    ratios.push_back(by_gallery.back() / by_plain.back());
  }
  report("gallery", by_gallery);
  report("plain query of pgvector", by_plain);
  std::cout << fmt::format("ratio {:.3f} ({:.3f} to {:.3f})\n", quantile(ratios, 0.5),
                           quantile(ratios, 0.1), quantile(ratios, 0.9));
  const auto copy = measure_copy(*gallery, address, items);
  compare_answers(*gallery, *copy, queries, items);
  measure_load(*copy, server, plain);
  return 0;
}

}  // namespace
}  // namespace simdb::bench

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: postgres_bench SERVER ITEMS [DIMENSION [QUERIES]]\n";
    return 2;
  }
  try {
    return simdb::bench::run(arguments[1], std::stoull(arguments[2]),
                             count > 3 ? std::stoull(arguments[3]) : 16,
                             count > 4 ? std::stoull(arguments[4]) : 100);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
