// All k-NN methods side by side: recall, latency, build time and memory on the same data, in one
// run.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_data.h"
#include "benchmarks/knn_fvecs.h"
#include "benchmarks/knn_run.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

constexpr std::size_t kMostRows = 1'000'000'000;

struct Options {
  std::string data = "clustered";
  DataOptions draw;
  std::string vectors;
  std::string queries;
  std::string save_vectors;
  std::string save_queries;
  std::string methods = "all";
  RunOptions run;
  bool json = false;
};

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kUsage, message); }

std::vector<KnnMethodEntry> all_methods() {
  std::vector<KnnMethodEntry> all;
  for (const auto& some : {simdb_methods(), faiss_methods(), hnswlib_methods(), usearch_methods(),
                           pgvector_methods()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string known_keys() {
  std::string keys;
  for (const KnnMethodEntry& entry : all_methods()) keys += (keys.empty() ? "" : ",") + entry.key;
  return keys;
}

// The methods that `list` ("all" or keys with commas between) names and this build has.
std::vector<KnnMethodEntry> chosen_methods(const std::string& list) {
  const std::vector<KnnMethodEntry> all = all_methods();
  std::vector<KnnMethodEntry> named;
  for (std::size_t begin = 0; list != "all" && begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const auto entry =
        std::ranges::find(all, list.substr(begin, end - begin), &KnnMethodEntry::key);
    if (entry == all.end()) {
      fail("there is no method '" + list.substr(begin, end - begin) + "'; choose of " +
           known_keys());
    }
    named.push_back(*entry);
    begin = end + 1;
  }
  if (list == "all") named = all;
  std::erase_if(named, [](const KnnMethodEntry& entry) {
    if (entry.make) return false;
    std::cerr << "knn_bench: " << entry.key << " is left out: " << entry.missing << '\n';
    return true;
  });
  if (named.empty()) fail("no method is left to measure");
  return named;
}

void require_sense(const Options& options) {
  if (options.vectors.empty() != options.queries.empty()) {
    fail("--vectors and --queries go together");
  }
  if (options.run.k == 0) fail("-k must be at least 1");
  if (options.run.threads < 1) fail("--threads must be at least 1");
  if (options.run.rounds < 1) fail("--rounds must be at least 1");
  for (const std::size_t count : {options.draw.rows, options.draw.queries}) {
    if (count < 1 || count > kMostRows) {
      fail("--n and --queries-count must be from 1 to " + std::to_string(kMostRows));
    }
  }
}

KnnData load_data(const Options& options) {
  if (options.vectors.empty()) return draw_data(options.data, options.draw);
  KnnData data{read_fvecs(options.vectors), read_fvecs(options.queries)};
  if (data.rows.dimension() != data.queries.dimension()) {
    throw Error(ErrorCode::kBadInput, "the vectors of " + options.vectors + " have dimension " +
                                          std::to_string(data.rows.dimension()) + ", those of " +
                                          options.queries + " " +
                                          std::to_string(data.queries.dimension()));
  }
  return data;
}

// Six digits: what is beyond is noise, but a recall of 0.9999996 must not become 1.
double rounded(double value) { return std::stod(fmt::format("{:.6g}", value)); }

nlohmann::ordered_json to_json(const KnnResult& result) {
  return {{"method", result.setting.method},
          {"parameters", result.setting.parameters},
          {"recall", result.recall},
          {"exact_lists", result.exact_lists},
          {"latency_us", rounded(result.latency_us)},
          {"mean_us", rounded(result.mean_us)},
          {"p99_us", rounded(result.p99_us)},
          {"batch_us_per_query", rounded(result.batch_us)},
          {"batch_recall", result.batch_recall},
          {"build_s", rounded(result.build_s)},
          {"bytes_per_vector", rounded(result.bytes_per_vector)}};
}

void print_table(const std::vector<KnnResult>& results) {
  std::cout << fmt::format("{:<18} {:<32} {:>8} {:>6} {:>10} {:>10} {:>12} {:>9} {:>8}\n", "method",
                           "parameters", "recall", "lists", "median us", "p99 us", "batch us/query",
                           "build s", "B/vector");
  for (const KnnResult& r : results) {
    std::cout << fmt::format(
        "{:<18} {:<32} {:>8.6f} {:>6.3f} {:>10.1f} {:>10.1f} {:>14.2f} {:>9.2f} {:>8.1f}\n",
        r.setting.method, r.setting.parameters, r.recall, r.exact_lists, r.latency_us, r.p99_us,
        r.batch_us, r.build_s, r.bytes_per_vector);
  }
}

void run(const Options& options) {
  require_sense(options);
  const std::vector<KnnMethodEntry> methods = chosen_methods(options.methods);
  const KnnData data = load_data(options);
  if (!options.save_vectors.empty()) write_fvecs(options.save_vectors, data.rows);
  if (!options.save_queries.empty()) write_fvecs(options.save_queries, data.queries);

  const std::string name = options.vectors.empty() ? options.data : options.vectors;
  const std::vector<KnnResult> results = run_methods(data, methods, options.run);
  if (!options.json) {
    std::cout << fmt::format(
        "{}, {}: {} rows, {} queries of dimension {}, k = {}, {} threads, {} rounds\n",
        machine_name(), name, data.rows.rows(), data.queries.rows(), data.rows.dimension(),
        options.run.k, options.run.threads, options.run.rounds);
    return print_table(results);
  }
  nlohmann::ordered_json report = {{"n", data.rows.rows()},
                                   {"k", options.run.k},
                                   {"threads", options.run.threads},
                                   {"data", name},
                                   {"dimension", data.rows.dimension()},
                                   {"queries", data.queries.rows()},
                                   {"seed", options.draw.seed},
                                   {"rounds", options.run.rounds},
                                   {"machine", machine_name()},
                                   {"results", nlohmann::json::array()}};
  for (const KnnResult& result : results) report["results"].push_back(to_json(result));
  std::cout << report.dump() << '\n';
}

// OpenMP's threads wait by spinning unless told otherwise before the program starts. They would
// take the cores from the threads of OpenBLAS and from whoever else is at work.
void let_threads_wait_without_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  ::execv("/proc/self/exe", argv);  // returns if that fails; then the threads spin
}

bool parse(int argc, char** argv, Options& options) {
  namespace po = boost::program_options;
  const auto with_default = [](auto& value) { return po::value(&value)->default_value(value); };
  options.run.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  po::options_description description("knn_bench: all k-NN methods side by side on the same data");
  auto add = description.add_options();
  add("data", with_default(options.data), "clustered, uniform or duplicates");
  add("n", with_default(options.draw.rows), "rows to draw");
  add("queries-count", with_default(options.draw.queries), "queries to draw");
  add("dimension", with_default(options.draw.dimension), "of what is drawn");
  add("seed", with_default(options.draw.seed), "of what is drawn");
  add("vectors", po::value(&options.vectors), "rows from an fvecs file instead");
  add("queries", po::value(&options.queries), "their queries, from an fvecs file");
  add("save-vectors", po::value(&options.save_vectors), "write the rows to an fvecs file");
  add("save-queries", po::value(&options.save_queries), "write the queries to an fvecs file");
  add("k,k", with_default(options.run.k), "neighbours per query");
  add("threads", with_default(options.run.threads),
      "for builds and batches; single queries have 1");
  add("rounds", with_default(options.run.rounds), "each asks every method every query");
  const std::string methods_help = "all, or some of " + known_keys();
  add("methods", with_default(options.methods), methods_help.c_str());
  add("json", po::bool_switch(&options.json), "one JSON object");
  return parse_arguments(argc, argv, description);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("knn_bench", [&] {
    simdb::bench::let_threads_wait_without_spinning(argv);
    simdb::bench::Options options;
    if (simdb::bench::parse(argc, argv, options)) simdb::bench::run(options);
  });
}
