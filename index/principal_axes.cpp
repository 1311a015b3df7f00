#include "index/principal_axes.h"

#include <faiss/Index.h>
#include <faiss/VectorTransform.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "index/faiss_guard_internal.h"

namespace simdb {
namespace {

std::vector<float> mean_of(const EmbeddingBatch& rows) {
  std::vector<double> sums(rows.dimension());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::span<const float> values = rows.row(row);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(values[i]);
  }
  std::vector<float> mean(sums.size());
  const double count = std::max(1.0, static_cast<double>(rows.rows()));
  std::ranges::transform(sums, mean.begin(),
                         [&](double sum) { return static_cast<float>(sum / count); });
  return mean;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

// What is no direction, or none at right angles to those before it, becomes 0: where rows spread
// along fewer axes, FAISS makes others of rounding errors.
void settle(std::span<float> directions, std::size_t dimension) {
  for (std::size_t at = 0; at < directions.size(); at += dimension) {
    const std::span<float> axis = directions.subspan(at, dimension);
    bool is_axis = std::abs(dot(axis, axis) - 1) < 1e-3;  // false for NaN
    for (std::size_t before = 0; before < at; before += dimension) {
      is_axis = is_axis && std::abs(dot(axis, directions.subspan(before, dimension))) < 1e-3;
    }
    const auto largest =
        std::ranges::max_element(axis, {}, [](float value) { return std::abs(value); });
    const float sign = *largest < 0 ? -1.F : 1.F;
    for (float& value : axis) value = is_axis ? sign * value : 0;
  }
}

}  // namespace

PrincipalAxes principal_axes(const EmbeddingBatch& rows, std::size_t count) {
  const std::size_t dimension = rows.dimension();
  count = std::min(count, dimension);
  PrincipalAxes axes{dimension, mean_of(rows), std::vector<float>(count * dimension)};
  // FAISS subtracts the mean after it has squared; before it is more exact.
  std::vector<float> centred;
  centred.reserve(rows.rows() * dimension);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::span<const float> values = rows.row(row);
    for (std::size_t i = 0; i < dimension; ++i) centred.push_back(values[i] - axes.mean[i]);
  }
  if (rows.rows() < 2 || std::ranges::all_of(centred, [](float value) { return value == 0; })) {
    return axes;
  }
  guard_faiss("find the principal axes", [&] {
    faiss::PCAMatrix found(static_cast<int>(dimension), static_cast<int>(count));
    found.max_points_per_d = rows.rows();  // all
    found.train(static_cast<decltype(faiss::Index::ntotal)>(rows.rows()), centred.data());
    std::copy_n(found.PCAMat.begin(), axes.directions.size(), axes.directions.begin());
  });
  settle(axes.directions, dimension);
  return axes;
}

}  // namespace simdb
