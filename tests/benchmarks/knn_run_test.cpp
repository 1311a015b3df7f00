#include "benchmarks/knn_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace simdb::bench {
namespace {

std::vector<KnnMethodEntry> methods_of_this_build() {
  std::vector<KnnMethodEntry> built;
  for (const auto& some :
       {simdb_methods(), faiss_methods(), hnswlib_methods(), usearch_methods()}) {
    for (const KnnMethodEntry& entry : some) {
      EXPECT_NE(static_cast<bool>(entry.make), !entry.missing.empty()) << entry.key;
      if (entry.make) built.push_back(entry);
    }
  }
  return built;
}

TEST(KnnRun, EveryMethodFindsWhatItShould) {
  const KnnData data = draw_data("clustered", {.rows = 3'000, .queries = 50});
  const std::vector<KnnMethodEntry> methods = methods_of_this_build();
  const std::vector<KnnResult> results =
      run_methods(data, methods, {.k = 10, .threads = 2, .rounds = 2});

  std::map<std::string, double> best;
  std::set<std::pair<std::string, std::string>> settings;
  for (const KnnResult& result : results) {
    const std::string what = result.setting.method + " " + result.setting.parameters;
    EXPECT_TRUE(settings.emplace(result.setting.method, result.setting.parameters).second) << what;
    EXPECT_NEAR(result.recall, result.batch_recall, 1e-9) << what;
    EXPECT_LE(result.exact_lists, result.recall) << what;
    EXPECT_GT(result.latency_us, 0) << what;
    EXPECT_GE(result.p99_us, result.latency_us) << what;
    EXPECT_GT(result.mean_us, 0) << what;
    EXPECT_GT(result.batch_us, 0) << what;
    EXPECT_GT(result.build_s, 0) << what;
    EXPECT_GE(result.bytes_per_vector, 64) << what;  // 16 floats
    best[result.setting.method] = std::max(best[result.setting.method], result.recall);
  }
  for (const char* exact : {"simdb flat", "FAISS IndexFlatIP"}) EXPECT_EQ(best.at(exact), 1);
  for (const auto& [method, recall] : best) EXPECT_GT(recall, 0.98) << method;
}

TEST(KnnRun, MoreNeighboursAreAskedForThanThereAre) {
  const KnnData data = draw_data("uniform", {.rows = 5, .queries = 3});
  for (const KnnResult& result :
       run_methods(data, simdb_methods(), {.k = 10, .threads = 1, .rounds = 1})) {
    EXPECT_EQ(result.recall, 1) << result.setting.method;
    EXPECT_EQ(result.exact_lists, 1) << result.setting.method;
  }
}

}  // namespace
}  // namespace simdb::bench
