// What a large database costs: a process that starts, whose index is mapped, not built; and a query
// beside the search of the bare index.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_data.h"
#include "cli/sample_shapes.h"
#include "core/file_io.h"
#include "database/layout.h"
#include "encoder/model/onnx_model.h"
#include "index/vector_index.h"
#include "simdb/database.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t kSmall = 100;
constexpr std::size_t kAtOnce = 10'000;
constexpr std::size_t kPastSnapshot = 10'000;
constexpr std::size_t kRefreshed = 100;
constexpr std::size_t kQueries = 5'000;

// Adds rows [first, last) of `rows`.
void add_rows(Database& database, const EmbeddingBatch& rows, std::size_t first, std::size_t last) {
  while (first < last) {
    const std::size_t end = std::min(last, first + kAtOnce);
    EmbeddingBatch embeddings(rows.dimension());
    std::vector<NewItem> items;
    for (; first < end; ++first) {
      embeddings.append_unit(rows.row(first));
      NewItem item;
      item.info.class_name = "class " + std::to_string(first % 1000);
      item.info.source = "/pictures/" + item.info.class_name + "/" + std::to_string(first) + ".png";
      item.info.digest = sha256(std::as_bytes(std::span(&first, 1)));
      items.push_back(std::move(item));
    }
    database.gallery().add(items, embeddings);
  }
}

// Milliseconds of opening for reading, and of the first search.
double first_search_ms(const fs::path& folder, std::span<const float> query) {
  return 1e3 * seconds([&] {
           const Database database = Database::open(folder, {OpenMode::kReadOnly, {}});
           database.gallery().search(query, 10);
         });
}

Spread repeated(int rounds, const std::function<double()>& measure) {
  measure();  // warms the cache
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(rounds));
  for (int round = 0; round < rounds; ++round) values.push_back(measure());
  return spread_of(std::move(values));
}

/// Median microseconds of queries by embeddings, one after another: all distinct, then again.
struct QueryTimes {
  double index_us = 0;  ///< VectorIndex::search of the same rows
  double first_us = 0;  ///< Database::query, whose neighbours are met for the first time
  double again_us = 0;  ///< the same queries once more
};

QueryTimes query_times(const fs::path& folder, const KnnData& data, std::size_t count) {
  const auto median_us = [&](const auto& ask) {
    std::vector<double> times;
    for (std::size_t q = 1; q < data.queries.rows(); ++q) {
      times.push_back(1e6 * seconds([&] { ask(data.queries.row(q)); }));
    }
    return spread_of(std::move(times)).median;
  };
  std::vector<ItemId> ids;
  EmbeddingBatch rows(data.rows.dimension());
  for (std::size_t r = 0; r < count; ++r) {
    ids.push_back(ItemId{r + 1});
    rows.append_unit(data.rows.row(r));
  }
  const auto index = make_index(rows.dimension());
  index->add(ids, rows);
  const Database database = Database::open(folder, {OpenMode::kReadOnly, {}});
  database.query(data.queries.row(0));  // loads the index
  const auto search = [&](std::span<const float> query) { index->search(query, 10); };
  const auto ask = [&](std::span<const float> query) { database.query(query); };
  median_us(search);
  QueryTimes times;
  times.first_us = median_us(ask);
  times.index_us = median_us(search);
  times.again_us = median_us(ask);
  return times;
}

// Milliseconds until a reader with its index in memory has seen an add of kRefreshed items.
double refresh_ms(const fs::path& folder, const EmbeddingBatch& rows, std::size_t first) {
  Database writer = Database::open(folder);
  Database reader = Database::open(folder, {OpenMode::kReadOnly, {}});
  reader.query(rows.row(0));
  std::vector<double> times;
  for (int round = 0; round < 5; ++round, first += kRefreshed) {
    add_rows(writer, rows, first, first + kRefreshed);
    times.push_back(1e3 * seconds([&] { reader.refresh(); }));
  }
  return spread_of(std::move(times)).median;
}

nlohmann::ordered_json measure(std::size_t count, int rounds) {
  const fs::path programs = program_folder();
  std::string name = (fs::temp_directory_path() / "simdb-large-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  cli::write_sample_tree(folder / "shapes", {.count = 1});
  const std::string image = folder / "shapes/red/circle_red_0.png";
  const KnnData data = draw_data("clustered", {.rows = count + kPastSnapshot, .queries = kQueries});
  const std::vector<std::byte> model = write_onnx_model(default_network());
  const auto query = [&](const char* database) {
    return 1e3 * seconds([&] {
             run_program({programs / "simdb", "query", image, "--db", folder / database});
           });
  };
  for (const auto& [database, rows] : {std::pair{"small", kSmall}, std::pair{"large", count}}) {
    Database made = Database::create(folder / database, model, 16, {});
    add_rows(made, data.rows, 0, rows);
  }  // closing saves the index

  std::vector<double> ratios;
  std::vector<double> small_ms;
  std::vector<double> large_ms;
  for (int round = -1; round < rounds; ++round) {  // in turns; the first one warms the cache
    const double small = query("small");
    const double large = query("large");
    if (round < 0) continue;
    small_ms.push_back(small);
    large_ms.push_back(large);
    ratios.push_back(large / small);
  }
  const QueryTimes times = query_times(folder / "large", data, count);
  const auto first_search = [&] { return first_search_ms(folder / "large", data.queries.row(0)); };
  const Spread mapped = repeated(rounds, first_search);
  const double refreshed_ms = refresh_ms(folder / "large", data.rows, count);
  {
    Database grown = Database::open(folder / "large");
    add_rows(grown, data.rows, count, count + kPastSnapshot);
  }
  const Spread caught_up = repeated(rounds, first_search);
  fs::remove(snapshot_path(folder / "large"));
  const Spread built = repeated(3, first_search);
  fs::remove_all(folder);

  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto note = [&](const std::string& what, const Spread& spread) {
    results.push_back(
        {{"what", what}, {"median", spread.median}, {"min", spread.min}, {"max", spread.max}});
  };
  note(fmt::format("simdb query, {} items, ms", kSmall), spread_of(small_ms));
  note(fmt::format("simdb query, {} items, ms", count), spread_of(large_ms));
  note("the second over the first", spread_of(ratios));
  note("open and search with the saved index, ms", mapped);
  note(fmt::format("the same with {} items added since, ms", kPastSnapshot), caught_up);
  note("the same without it, ms", built);
  const auto note_one = [&](const std::string& what, double value) {
    note(what, {value, value, value});
  };
  note_one(fmt::format("refresh of a reader after an add of {}, ms", kRefreshed), refreshed_ms);
  note_one("search of the bare index, us", times.index_us);
  note_one("Database::query of an embedding, first time, us", times.first_us);
  note_one("the same over the bare index", times.first_us / times.index_us);
  note_one("Database::query of an embedding, again, us", times.again_us);
  note_one("the same over the bare index", times.again_us / times.index_us);
  return {{"machine", machine_name()}, {"items", count}, {"rounds", rounds}, {"results", results}};
}

void run(int argc, char** argv) {
  std::size_t count = 1'000'000;
  int rounds = 25;
  bool json = false;
  po::options_description options("large_gallery_bench: what a large database costs at the start");
  options.add_options()("n", po::value(&count)->default_value(count), "items");
  options.add_options()("rounds", po::value(&rounds)->default_value(rounds), "repetitions");
  options.add_options()("json", po::bool_switch(&json), "one JSON object");
  if (!parse_arguments(argc, argv, options)) return;
  const nlohmann::ordered_json result = measure(count, rounds);
  if (json) {
    fmt::print("{}\n", result.dump());
    return;
  }
  fmt::print("{}, {} items, {} rounds: median (least to most)\n",
             result["machine"].get<std::string>(), count, rounds);
  for (const auto& row : result["results"]) {
    fmt::print("  {:<48} {:>8.2f} ({:.2f} to {:.2f})\n", row["what"].get<std::string>(),
               row["median"].get<double>(), row["min"].get<double>(), row["max"].get<double>());
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("large_gallery_bench", [&] { simdb::bench::run(argc, argv); });
}
