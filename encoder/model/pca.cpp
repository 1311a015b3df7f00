#include "encoder/model/pca.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>

#include "encoder/opencv_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// An eigenvector is as good as its opposite; which of them a solver gives may change with its
// version.
void fix_sign(cv::Mat direction) {
  float largest = 0;
  for (int i = 0; i < direction.cols; ++i) {
    const float value = direction.at<float>(0, i);
    if (std::abs(value) > std::abs(largest)) largest = value;
  }
  if (largest < 0) direction *= -1;
}

void project(const EmbeddingBatch& rows, PrincipalComponents& result) {
  const cv::Mat data(static_cast<int>(rows.rows()), static_cast<int>(rows.dimension()), CV_32F,
                     const_cast<float*>(rows.values().data()));
  cv::PCA pca(data, cv::noArray(), cv::PCA::DATA_AS_ROW);
  const double total = cv::sum(pca.eigenvalues)[0];
  // Below this, only rounding is left of equal rows.
  if (total < 1e-12) return;
  const auto wanted = static_cast<int>(result.components);
  const int found = std::min(pca.eigenvectors.rows, wanted);
  pca.eigenvectors = pca.eigenvectors.rowRange(0, found).clone();
  for (int i = 0; i < found; ++i) {
    fix_sign(pca.eigenvectors.row(i));
    result.explained[i] =
        static_cast<float>(std::clamp(pca.eigenvalues.at<float>(i) / total, 0.0, 1.0));
  }
  const cv::Mat projected = pca.project(data);
  cv::Mat target(data.rows, wanted, CV_32F, result.projections.data());
  projected.copyTo(target.colRange(0, found));
}

}  // namespace

PrincipalComponents principal_components(const EmbeddingBatch& rows, std::size_t components) {
  if (components == 0 || components > rows.dimension()) {
    throw Error(ErrorCode::kUsage, "can't find " + std::to_string(components) +
                                       " principal components of " +
                                       std::to_string(rows.dimension()) + " dimensions");
  }
  PrincipalComponents result{components, std::vector<float>(rows.rows() * components),
                             std::vector<float>(components)};
  if (rows.rows() > 1) {
    guard_opencv(ErrorCode::kInternal, "find the principal components",
                 [&] { project(rows, result); });
  }
  return result;
}

}  // namespace simdb
