#include "benchmarks/knn_run.h"

#include <malloc.h>

#include <algorithm>
#include <iostream>
#include <numeric>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_truth.h"

namespace simdb::bench {
namespace {

using Truth = std::vector<std::vector<Neighbor>>;

struct BuiltMethod {
  std::unique_ptr<KnnMethod> method;
  double build_s = 0;
  double bytes_per_vector = 0;
};

// One setting and everything that is measured of it.
struct Contestant {
  Contestant(const BuiltMethod& of, std::size_t setting_number)
      : built(&of), number(setting_number), setting(of.method->settings()[setting_number]) {}

  const BuiltMethod* built;
  std::size_t number;
  KnnSetting setting;
  std::vector<std::vector<double>> query_us;  // a round, a query
  std::vector<double> batch_us;               // a round
  std::vector<FoundRows> found;
  std::vector<FoundRows> batch_found;
};

double median(std::vector<double> values) { return spread_of(std::move(values)).median; }

std::size_t heap_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

BuiltMethod build(const KnnMethodEntry& entry, const EmbeddingBatch& rows, int threads) {
  std::cerr << "knn_bench: building " << entry.key << std::flush;
  BuiltMethod built;
  const std::size_t before = heap_in_use();
  built.build_s = seconds([&] {
    built.method = entry.make(rows.rows(), rows.dimension());
    built.method->build(rows, threads);
  });
  const std::size_t bytes = heap_in_use() - before + built.method->mapped_bytes();
  built.bytes_per_vector = static_cast<double>(bytes) / static_cast<double>(rows.rows());
  std::cerr << ": " << built.build_s << " s\n";
  return built;
}

void ask_one_by_one(Contestant& contestant, const EmbeddingBatch& queries, std::size_t k) {
  const KnnMethod& method = *contestant.built->method;
  // The index comes back into the caches that the contestant before it has filled.
  for (std::size_t q = 0; q < std::min<std::size_t>(queries.rows(), 100); ++q) {
    method.search(queries.row(queries.rows() - 1 - q), k);
  }
  std::vector<double> times(queries.rows());
  std::vector<FoundRows> found(queries.rows());
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    times[q] = 1e6 * seconds([&] { found[q] = method.search(queries.row(q), k); });
  }
  contestant.query_us.push_back(std::move(times));
  contestant.found = std::move(found);
}

void ask_all_at_once(Contestant& contestant, const EmbeddingBatch& queries,
                     const RunOptions& options) {
  const double duration = seconds([&] {
    contestant.batch_found =
        contestant.built->method->search_batch(queries, options.k, options.threads);
  });
  contestant.batch_us.push_back(1e6 * duration / static_cast<double>(queries.rows()));
}

KnnResult result_of(const Contestant& contestant, const Truth& truth, const KnnData& data) {
  std::vector<double> times(data.queries.rows());
  for (std::size_t q = 0; q < times.size(); ++q) {
    std::vector<double> rounds;
    rounds.reserve(contestant.query_us.size());
    for (const std::vector<double>& round : contestant.query_us) rounds.push_back(round[q]);
    times[q] = median(std::move(rounds));
  }
  std::sort(times.begin(), times.end());
  const Quality quality = judge(contestant.found, truth, data.rows, data.queries);
  KnnResult result;
  result.setting = contestant.setting;
  result.recall = quality.recall;
  result.exact_lists = quality.exact_lists;
  result.latency_us = times[times.size() / 2];
  result.mean_us =
      std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  result.p99_us = times[times.size() * 99 / 100];
  result.batch_recall = judge(contestant.batch_found, truth, data.rows, data.queries).recall;
  result.batch_us = median(contestant.batch_us);
  result.build_s = contestant.built->build_s;
  result.bytes_per_vector = contestant.built->bytes_per_vector;
  return result;
}

}  // namespace

std::vector<KnnResult> run_methods(const KnnData& data, const std::vector<KnnMethodEntry>& entries,
                                   const RunOptions& options) {
  std::vector<BuiltMethod> built;
  built.reserve(entries.size());
  for (const KnnMethodEntry& entry : entries) {
    built.push_back(build(entry, data.rows, options.threads));
  }
  std::vector<Contestant> contestants;
  for (const BuiltMethod& method : built) {
    const std::size_t settings = method.method->settings().size();
    for (std::size_t s = 0; s < settings; ++s) contestants.emplace_back(method, s);
  }
  for (int round = 0; round < options.rounds; ++round) {
    std::cerr << "knn_bench: round " << round + 1 << " of " << options.rounds << '\n';
    for (Contestant& contestant : contestants) {
      contestant.built->method->use(contestant.number);
      ask_one_by_one(contestant, data.queries, options.k);
    }
    for (Contestant& contestant : contestants) {
      contestant.built->method->use(contestant.number);
      ask_all_at_once(contestant, data.queries, options);
    }
  }
  std::cerr << "knn_bench: finding the true neighbours\n";
  const Truth truth = true_neighbors(data.rows, data.queries, options.k, options.threads);
  std::vector<KnnResult> results;
  results.reserve(contestants.size());
  for (const Contestant& contestant : contestants) {
    results.push_back(result_of(contestant, truth, data));
  }
  return results;
}

}  // namespace simdb::bench
