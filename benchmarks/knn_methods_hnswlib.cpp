#include "benchmarks/knn_methods.h"

#if SIMDB_BENCH_HNSWLIB
#include <hnswlib/hnswlib.h>

namespace simdb::bench {
namespace {

class Hnswlib final : public KnnMethod {
 public:
  Hnswlib(std::size_t rows, std::size_t dimension)
      : space_(dimension), graph_(&space_, rows, kLinks, kBuildEffort) {}

  void build(const EmbeddingBatch& rows, int threads) override {
    // The first point is the entry point of all others, so it is added alone.
    graph_.addPoint(rows.row(0).data(), 0);
    parallel_for(rows.rows() - 1, threads,
                 [&](std::size_t i) { graph_.addPoint(rows.row(i + 1).data(), i + 1); });
  }

  std::vector<KnnSetting> settings() const override {
    std::vector<KnnSetting> settings;
    for (const std::size_t effort : kEfforts) {
      settings.push_back({"hnswlib", "M=" + std::to_string(kLinks) +
                                         " efConstruction=" + std::to_string(kBuildEffort) +
                                         " ef=" + std::to_string(effort)});
    }
    return settings;
  }
  void use(std::size_t setting) override { graph_.setEf(kEfforts[setting]); }

  FoundRows search(std::span<const float> query, std::size_t k) const override {
    auto farthest_first = graph_.searchKnn(query.data(), k);
    FoundRows found(farthest_first.size());
    for (auto place = found.rbegin(); place != found.rend(); ++place) {
      *place = static_cast<RowNumber>(farthest_first.top().second);
      farthest_first.pop();
    }
    return found;
  }

 private:
  static constexpr std::size_t kLinks = 16;
  static constexpr std::size_t kBuildEffort = 100;
  static constexpr std::size_t kEfforts[] = {16, 32, 64, 128, 256, 512};

  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> graph_;
};

}  // namespace

std::vector<KnnMethodEntry> hnswlib_methods() {
  return {{"hnswlib",
           [](std::size_t rows, std::size_t dimension) {
             return std::make_unique<Hnswlib>(rows, dimension);
           },
           ""}};
}

}  // namespace simdb::bench
#else
namespace simdb::bench {

std::vector<KnnMethodEntry> hnswlib_methods() {
  return {{"hnswlib", nullptr, "install libhnswlib-dev and configure again"}};
}

}  // namespace simdb::bench
#endif
