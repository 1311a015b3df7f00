#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <thread>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_data.h"
#include "index/vector_index.h"
#include "simdb/error.h"

// What knn_bench does not ask: what do changes and filters cost, and searches beside changes?
namespace simdb::bench {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kNeighbors = 10;
constexpr std::size_t kChanges = 20'000;
constexpr std::size_t kFreshFilters = 300;

/// Microseconds of many short calls.
struct Latency {
  double mean = 0;
  double median = 0;
  double p99 = 0;
};

Latency latency_of(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  const auto count = static_cast<double>(seconds.size());
  return {sum / count * 1e6, seconds[seconds.size() / 2] * 1e6,
          seconds[seconds.size() * 99 / 100] * 1e6};
}

std::vector<ItemId> ids_from(std::uint64_t first, std::size_t count) {
  std::vector<ItemId> ids(count);
  for (std::size_t i = 0; i < count; ++i) ids[i] = ItemId{first + i};
  return ids;
}

// The first `rows` rows in the index, the others to be added later.
class Bench {
 public:
  Bench(const KnnData& data, std::size_t rows) : data_(data), rows_(rows), next_(rows) {
    EmbeddingBatch first(data.rows.dimension());
    for (std::size_t r = 0; r < rows; ++r) first.append_unit(data.rows.row(r));
    build_seconds = seconds([&] { index_->add(ids_from(1, rows), first); });
  }

  Latency searches(const IdFilter& filter, std::size_t rounds = 3) {
    std::vector<double> times;
    for (std::size_t round = 0; round <= rounds; ++round) {
      for (std::size_t q = 0; q < data_.queries.rows(); ++q) {
        const double time =
            seconds([&] { index_->search(data_.queries.row(q), kNeighbors, filter); });
        if (round > 0) times.push_back(time);  // the first one warms up
      }
    }
    return latency_of(std::move(times));
  }

  // Each search with a filter of other ids, scattered at random, that no search has seen: one of
  // every `step` ids. And how long it took to make these filters.
  Latency first_searches(std::size_t step, Latency& making) {
    std::mt19937_64 random(1);
    std::vector<double> times;
    std::vector<double> making_times;
    for (std::size_t i = 0; i < kFreshFilters; ++i) {
      std::vector<ItemId> ids;
      for (std::uint64_t id = 1; id + step <= rows_ + 1; id += step) {
        ids.push_back(ItemId{id + random() % step});
      }
      IdFilter filter;
      making_times.push_back(seconds([&] { filter = IdFilter(std::move(ids)); }));
      const auto query = data_.queries.row(i % data_.queries.rows());
      times.push_back(seconds([&] { index_->search(query, kNeighbors, filter); }));
    }
    making = latency_of(std::move(making_times));
    return latency_of(std::move(times));
  }

  Latency adds(std::size_t count) {
    std::vector<double> times;
    times.reserve(count);
    for (std::size_t i = 0; i < count; ++i) times.push_back(seconds([&] { add_one(); }));
    return latency_of(std::move(times));
  }

  Latency removals(std::size_t count) {
    std::vector<double> times;
    for (std::size_t i = 0; i < count; ++i) {
      const ItemId id{1 + i * (rows_ / count)};
      times.push_back(seconds([&] { index_->remove(std::span(&id, 1)); }));
    }
    return latency_of(std::move(times));
  }

  // Searches while another thread adds without a pause; `added_per_second` is its pace.
  Latency searches_beside_adds(double& added_per_second) {
    std::atomic<bool> stop = false;
    std::size_t added = 0;
    double writing = 0;
    std::thread writer([&] {
      writing = seconds([&] {
        for (; !stop && next_ + kChanges < data_.rows.rows(); ++added) add_one();
      });
    });
    const Latency latency = searches({}, 10);
    stop = true;
    writer.join();
    added_per_second = static_cast<double>(added) / writing;
    return latency;
  }

  double build_seconds = 0;

 private:
  void add_one() {
    if (next_ == data_.rows.rows()) throw Error(ErrorCode::kInternal, "no rows are left to add");
    EmbeddingBatch one(data_.rows.dimension());
    one.append_unit(data_.rows.row(next_++));
    const ItemId id{next_};
    index_->add(std::span(&id, 1), one);
  }

  const KnnData& data_;
  std::size_t rows_;
  std::size_t next_;
  std::unique_ptr<VectorIndex> index_ = make_index(data_.rows.dimension());
};

// Every `step`-th id, as many as that gives.
std::vector<ItemId> every(std::size_t step, std::size_t rows) {
  std::vector<ItemId> ids;
  for (std::uint64_t id = step; id <= rows; id += step) ids.push_back(ItemId{id});
  return ids;
}

nlohmann::ordered_json measure(const KnnData& data, std::size_t rows,
                               std::string_view distribution) {
  Bench bench(data, rows);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto note = [&](const std::string& what, const Latency& latency) {
    results.push_back({{"what", what},
                       {"mean_us", latency.mean},
                       {"median_us", latency.median},
                       {"p99_us", latency.p99}});
  };
  note("search", bench.searches({}));
  for (const std::size_t step : {2, 5, 10, 20, 33, 50, 70, 100, 333, 1000, 10000, 100000}) {
    const IdFilter filter = every(step, rows);
    if (filter.ids().empty()) continue;
    note(fmt::format("search among {} of the ids", filter.ids().size()), bench.searches(filter));
    Latency making;
    note("  the first with such a filter", bench.first_searches(step, making));
    note("  to make such a filter", making);
  }
  double pace = 0;
  note("search beside adds", bench.searches_beside_adds(pace));
  results.back()["adds_per_second"] = pace;
  note("add of one", bench.adds(kChanges));
  note("removal of one", bench.removals(kChanges));
  note("search afterwards", bench.searches({}));
  return {{"machine", machine_name()}, {"data", distribution},           {"n", rows},
          {"k", kNeighbors},           {"build_s", bench.build_seconds}, {"results", results}};
}

void print_table(const nlohmann::ordered_json& run) {
  fmt::print("{}, {}: {} rows, k = {}, built in {:.2f} s\n", run["machine"].get<std::string>(),
             run["data"].get<std::string>(), run["n"].get<std::size_t>(),
             run["k"].get<std::size_t>(), run["build_s"].get<double>());
  fmt::print("{:<40} {:>9} {:>9} {:>9}\n", "", "mean us", "median us", "p99 us");
  for (const auto& row : run["results"]) {
    fmt::print("{:<40} {:>9.1f} {:>9.1f} {:>9.1f}", row["what"].get<std::string>(),
               row["mean_us"].get<double>(), row["median_us"].get<double>(),
               row["p99_us"].get<double>());
    if (row.contains("adds_per_second")) {
      fmt::print("  ({:.0f} adds/s)", row["adds_per_second"].get<double>());
    }
    fmt::print("\n");
  }
}

void run(int argc, char** argv) {
  std::string distribution;
  DataOptions data;
  po::options_description options("index_bench: changes and filters of simdb's index");
  options.add_options()("data", po::value(&distribution)->default_value("clustered"),
                        "clustered, uniform or duplicates");
  options.add_options()("n", po::value(&data.rows)->default_value(1'000'000), "rows");
  options.add_options()("seed", po::value(&data.seed)->default_value(1), "of the data");
  bool json = false;
  options.add_options()("json", po::bool_switch(&json), "one JSON object instead of a table");
  if (!parse_arguments(argc, argv, options)) return;
  if (data.rows < kChanges) {
    throw Error(ErrorCode::kUsage, fmt::format("--n must be at least {}", kChanges));
  }
  const std::size_t rows = data.rows;
  data.rows += std::max<std::size_t>(400'000, kChanges);  // to be added
  const nlohmann::ordered_json result = measure(draw_data(distribution, data), rows, distribution);
  if (json) {
    fmt::print("{}\n", result.dump());
  } else {
    print_table(result);
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("index_bench", [&] { simdb::bench::run(argc, argv); });
}
