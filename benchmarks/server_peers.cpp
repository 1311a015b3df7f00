#include "benchmarks/server_peers.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "benchmarks/beast_server.h"
#include "benchmarks/bench_support.h"
#include "benchmarks/http_load.h"
#include "benchmarks/knn_methods.h"
#include "benchmarks/knn_truth.h"
#include "core/parallel.h"
#include "pipeline/formats/json_reader.h"

namespace simdb::bench {
namespace {

constexpr std::size_t kNeighbors = 10;
constexpr std::size_t kJudged = 200;
constexpr double kLeastRecall = 0.999;

EmbeddingBatch first_rows(const EmbeddingBatch& rows, std::size_t count) {
  EmbeddingBatch first(rows.dimension());
  for (std::size_t i = 0; i < std::min(count, rows.rows()); ++i) first.append_unit(rows.row(i));
  return first;
}

// Leaves `method` at its fastest good setting, and names that.
std::optional<ServerPeer> settle(KnnMethod& method, const KnnData& data,
                                 const EmbeddingBatch& queries,
                                 const std::vector<std::vector<Neighbor>>& truth) {
  const std::vector<KnnSetting> settings = method.settings();
  std::optional<ServerPeer> best;
  std::size_t best_setting = 0;
  double best_time = 0;
  for (std::size_t s = 0; s < settings.size(); ++s) {
    method.use(s);
    std::vector<FoundRows> found(queries.rows());
    const double time = seconds([&] {
      for (std::size_t q = 0; q < found.size(); ++q) {
        found[q] = method.search(queries.row(q), kNeighbors);
      }
    });
    const double recall = judge(found, truth, data.rows, queries).recall;
    if (recall < kLeastRecall || (best && time > best_time)) continue;
    best = ServerPeer{.name = fmt::format("{}, {}", settings[s].method, settings[s].parameters),
                      .recall = recall,
                      .per_second = {}};
    best_setting = s;
    best_time = time;
  }
  method.use(best_setting);
  return best;
}

// The rows' numbers as JSON.
std::string answer(const KnnMethod& method, const std::string& body) {
  thread_local JsonReader reader;
  thread_local std::vector<float> vector;
  vector.clear();
  read_numbers(reader.read_object(body)["vector"].value(), vector);
  return fmt::format("[{}]\n", fmt::join(method.search(vector, kNeighbors), ","));
}

std::function<double(double)> behind_beast(const std::shared_ptr<const KnnMethod>& method,
                                           const KnnData& data) {
  auto server = std::make_shared<BeastServer>(
      [method](const std::string& body) { return answer(*method, body); }, core_count());
  std::vector<std::string> requests;
  requests.reserve(data.queries.rows());
  for (std::size_t i = 0; i < data.queries.rows(); ++i) {
    requests.push_back(
        post("/", "application/json", "none", vector_json(data.queries.row(i)), server->port()));
  }
  return [server, requests](double time) {
    return load(requests, {.port = server->port(), .seconds = time}).per_second;
  };
}

// The method has a connection per thread.
std::function<double(double)> by_its_own_protocol(const std::shared_ptr<const KnnMethod>& method,
                                                  const KnnData& data) {
  return [method, &data](double time) {
    using Clock = std::chrono::steady_clock;
    std::atomic<std::size_t> done = 0;
    const auto start = Clock::now();
    const auto end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(time));
    parallel_for(LoadOptions().connections, static_cast<int>(LoadOptions().connections),
                 [&](std::size_t client) {
                   for (std::size_t i = client; Clock::now() < end; ++i, ++done) {
                     method->search(data.queries.row(i % data.queries.rows()), kNeighbors);
                   }
                 });
    return static_cast<double>(done) / std::chrono::duration<double>(Clock::now() - start).count();
  };
}

}  // namespace

std::vector<ServerPeer> server_peers(const KnnData& data) {
  const int threads = static_cast<int>(core_count());
  const EmbeddingBatch queries = first_rows(data.queries, kJudged);
  const auto truth = true_neighbors(data.rows, queries, kNeighbors, threads);
  std::vector<ServerPeer> peers;
  const auto add = [&](const KnnMethodEntry& entry, const auto& serve) {
    if (!entry.make) {
      std::cerr << "server_bench: " << entry.key << " is left out: " << entry.missing << '\n';
      return;
    }
    std::shared_ptr<KnnMethod> method = entry.make(data.rows.rows(), data.rows.dimension());
    std::cerr << "server_bench: filling " << entry.key << '\n';
    method->build(data.rows, threads);
    std::optional<ServerPeer> peer = settle(*method, data, queries, truth);
    if (!peer) {
      std::cerr << "server_bench: " << entry.key << " does not reach a recall of " << kLeastRecall
                << '\n';
      return;
    }
    peer->per_second = serve(method, data);
    peers.push_back(std::move(*peer));
  };
  for (const KnnMethodEntry& entry : hnswlib_methods()) add(entry, behind_beast);
  for (const KnnMethodEntry& entry : pgvector_methods()) add(entry, by_its_own_protocol);
  return peers;
}

std::string vector_json(std::span<const float> values) {
  return fmt::format("{{\"vector\":[{}]}}", fmt::join(values, ","));
}

}  // namespace simdb::bench
