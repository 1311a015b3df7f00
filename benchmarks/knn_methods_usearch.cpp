#include "benchmarks/knn_methods.h"

#if SIMDB_BENCH_USEARCH
#include <stdexcept>
#include <thread>
#include <usearch/index_dense.hpp>

namespace simdb::bench {
namespace {

namespace us = unum::usearch;

class Usearch final : public KnnMethod {
 public:
  explicit Usearch(std::size_t dimension) {
    us::index_dense_config_t config(kLinks, kBuildEffort, kEfforts[0]);
    config.enable_key_lookups = false;  // no table from keys to slots: it costs memory
    auto made = Index::make(
        us::metric_punned_t(dimension, us::metric_kind_t::ip_k, us::scalar_kind_t::f32_k), config);
    require(!made.error, made.error.what());
    index_ = std::move(made.index);
  }

  void build(const EmbeddingBatch& rows, int threads) override {
    const std::size_t searchers = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    require(index_.try_reserve(
                us::index_limits_t(rows.rows(), std::max<std::size_t>(searchers, threads))),
            "out of memory");
    parallel_for(rows.rows(), threads, [&](std::size_t row) {
      auto added = index_.add(static_cast<RowNumber>(row), rows.row(row).data());
      require(!added.error, added.error.what());
    });
  }

  std::vector<KnnSetting> settings() const override {
    std::vector<KnnSetting> settings;
    for (const std::size_t effort : kEfforts) {
      settings.push_back({"USearch", "M=" + std::to_string(kLinks) +
                                         " efConstruction=" + std::to_string(kBuildEffort) +
                                         " ef=" + std::to_string(effort)});
    }
    return settings;
  }
  void use(std::size_t setting) override { index_.change_expansion_search(kEfforts[setting]); }

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    auto result = index_.search(query.data(), k);
    require(!result.error, result.error.what());
    FoundRows found(result.size());
    result.dump_to(found.data());
    return found;
  }

  // The graph and the vectors lie in arenas that grow by doubling. Pages not touched yet cost
  // nothing.
  std::size_t mapped_bytes() const override {
    const auto memory = index_.memory_stats();
    return memory.graph_allocated - memory.graph_reserved + memory.vectors_allocated -
           memory.vectors_reserved;
  }

 private:
  using Index = us::index_dense_gt<RowNumber, std::uint32_t>;

  static constexpr std::size_t kLinks = 16;
  static constexpr std::size_t kBuildEffort = 100;
  static constexpr std::size_t kEfforts[] = {16, 32, 64, 128, 256, 512};

  static void require(bool fine, const char* why) {
    if (!fine) throw std::runtime_error(std::string("USearch failed: ") + why);
  }

  Index index_;
};

}  // namespace

std::vector<KnnMethodEntry> usearch_methods() {
  return {{"usearch",
           [](std::size_t, std::size_t dimension) { return std::make_unique<Usearch>(dimension); },
           ""}};
}

}  // namespace simdb::bench
#else
namespace simdb::bench {

std::vector<KnnMethodEntry> usearch_methods() {
  return {
      {"usearch", nullptr,
       "get its headers with 'npm install --prefix benchmarks --no-save --ignore-scripts usearch' "
       "or name their folder with -DSIMDB_USEARCH_DIR=, and configure again"}};
}

}  // namespace simdb::bench
#endif
