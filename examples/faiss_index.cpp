// simdb's exact index in a program that works with FAISS: the same answers as IndexFlatIP, sooner.

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/utils/distances.h>
#include <faiss/utils/random.h>
#include <simdb/faiss_index.h>

#include <chrono>
#include <iostream>
#include <numeric>
#include <vector>

namespace {

constexpr int kDimension = 16;
constexpr int kRows = 100'000;
constexpr int kQueries = 1'000;
constexpr int kNearest = 10;

// Vectors around 1,000 centres, as encoders make them.
std::vector<float> draw(int rows, long seed) {
  std::vector<float> centres(1'000 * kDimension);
  std::vector<float> values(static_cast<std::size_t>(rows * kDimension));
  faiss::float_randn(centres.data(), centres.size(), 1);
  faiss::float_randn(values.data(), values.size(), seed);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] =
        0.3F * values[i] + centres[(i / kDimension * 7919 % 1'000) * kDimension + i % kDimension];
  }
  faiss::fvec_renorm_L2(kDimension, static_cast<std::size_t>(rows), values.data());
  return values;
}

// The labels that a program gets which does not know what is behind the map of ids.
std::vector<std::int64_t> ask(faiss::Index& index, const char* name) {
  const std::vector<float> rows = draw(kRows, 2);
  const std::vector<float> queries = draw(kQueries, 3);
  std::vector<std::int64_t> ids(kRows);
  std::iota(ids.begin(), ids.end(), 1'000);
  faiss::IndexIDMap map(&index);
  map.add_with_ids(kRows, rows.data(), ids.data());
  std::vector<float> distances(kQueries * kNearest);
  std::vector<std::int64_t> labels(distances.size());
  const auto start = std::chrono::steady_clock::now();
  map.search(kQueries, queries.data(), kNearest, distances.data(), labels.data());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::cout << name << ": " << took.count() << " ms\n";
  return labels;
}

}  // namespace

int main() {
  faiss::IndexFlatIP flat(kDimension);
  simdb::FaissIndex exact(kDimension);
  const auto theirs = ask(flat, "faiss::IndexFlatIP");
  const auto ours = ask(exact, "simdb::FaissIndex");
  std::size_t same = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) same += ours[i] == theirs[i] ? 1 : 0;
  std::cout << same << " of " << ours.size() << " labels are the same\n";
  // Of rows that are equally near to within the rounding of floats, FAISS may take any.
  return same * 1'000 >= ours.size() * 999 ? 0 : 1;
}
