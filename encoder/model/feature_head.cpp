#include "encoder/model/feature_head.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <random>
#include <string>
#include <vector>

#include "encoder/opencv_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb {
namespace {

// Shares of the mean variance. Below the first only rounding is left; no axis is divided by less
// than the second, which would make noise of it.
constexpr double kNothing = 1e-9;
constexpr double kLeastVariance = 1e-4;

void require_lengths(std::size_t width, std::size_t dimension) {
  require_model_dimension(dimension);
  if (dimension > width) {
    throw Error(ErrorCode::kUsage, "can't make " + std::to_string(dimension) + " floats of " +
                                       std::to_string(width) + " features; ask for fewer");
  }
}

// Axes of length 1 at right angles to each other, one per row, and the variances along them.
struct Axes {
  cv::Mat directions;
  std::vector<double> variances;
};

// The smaller one of the two products of the rows with themselves; both have the same eigenvalues.
struct Product {
  bool of_rows;  // rows x rows, else width x width
  cv::Mat values;

  explicit Product(const cv::Mat& centred) : of_rows(centred.rows < centred.cols) {
    cv::mulTransposed(centred, values, /*aTa=*/!of_rows, cv::noArray(), 1.0 / centred.rows, CV_64F);
  }
};

// What the rows of `centred` vary in, the largest variance first, as many as there are up to
// `most`.
Axes principal_axes(const cv::Mat& centred, const Product& product, int most, double nothing) {
  cv::Mat values;
  cv::Mat vectors;
  if (!cv::eigen(product.values, values, vectors)) {
    throw Error(ErrorCode::kInternal, "OpenCV finds no principal axes");
  }
  Axes axes;
  for (int i = 0; i < std::min(values.rows, most) && values.at<double>(i) > nothing; ++i) {
    axes.variances.push_back(values.at<double>(i));
  }
  axes.directions = vectors.rowRange(0, static_cast<int>(axes.variances.size())).clone();
  if (product.of_rows) {
    axes.directions = axes.directions * centred;
    for (int i = 0; i < axes.directions.rows; ++i) {
      cv::Mat row = axes.directions.row(i);
      row /= cv::norm(row);
    }
  }
  return axes;
}

// An axis is as good as its opposite; which of them a solver gives may change with its version.
void fix_signs(cv::Mat& directions) {
  for (int i = 0; i < directions.rows; ++i) {
    cv::Mat row = directions.row(i);
    const auto* begin = row.ptr<double>();
    const auto largest = std::max_element(
        begin, begin + row.cols, [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (*largest < 0) row *= -1;
  }
}

// Appends random directions at right angles to those that are there, until there are `count`.
void fill_up(cv::Mat& directions, int count) {
  std::mt19937 random(1);
  cv::Mat row(1, directions.cols, CV_64F);
  while (directions.rows < count) {
    // The numbers of std::normal_distribution differ between libraries; signs are as good.
    for (int i = 0; i < row.cols; ++i) row.at<double>(i) = random() % 2 == 0 ? 1 : -1;
    row /= cv::norm(row);
    // Twice: the first pass leaves something of the others by rounding.
    for (int pass = 0; pass < 2 && directions.rows > 0; ++pass) {
      row -= (row * directions.t()) * directions;
      row /= cv::norm(row);
    }
    directions.push_back(row);
  }
}

// Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004):
// how much of the mean variance, and how little of its own, an axis is believed to have.
double shrinkage(const cv::Mat& centred, const Product& product, double mean_variance) {
  const double rows = centred.rows;
  const double width = centred.cols;
  const double squares = product.values.dot(product.values);
  double fourth = 0;
  for (int i = 0; i < centred.rows; ++i) {
    const double length = centred.row(i).dot(centred.row(i));
    fourth += length * length;
  }
  const double spread = squares / width - mean_variance * mean_variance;
  const double error = (fourth / rows - squares) / rows / width;
  return spread <= 0 ? 1 : std::clamp(error / spread, 0.0, 1.0);
}

DenseLayer to_layer(const cv::Mat& weight, const cv::Mat& bias) {
  DenseLayer layer;
  layer.in_features = weight.cols;
  layer.out_features = weight.rows;
  cv::Mat floats;
  weight.convertTo(floats, CV_32F);
  layer.weight.assign(floats.ptr<float>(), floats.ptr<float>() + floats.total());
  bias.convertTo(floats, CV_32F);
  layer.bias.assign(floats.ptr<float>(), floats.ptr<float>() + floats.total());
  return layer;
}

DenseLayer fit(const cv::Mat& rows, int dimension) {
  cv::Mat mean;
  cv::reduce(rows, mean, 0, cv::REDUCE_AVG, CV_64F);
  const cv::Mat centred = rows - cv::Mat::ones(rows.rows, 1, CV_64F) * mean;
  const double mean_variance = centred.dot(centred) / rows.rows / rows.cols;
  const double size = mean.dot(mean) / rows.cols + mean_variance;
  if (!(mean_variance > kNothing * size)) {
    throw Error(ErrorCode::kBadInput,
                "the features of all images are the same; name a folder of images that differ");
  }
  const Product product(centred);
  const double rho = shrinkage(centred, product, mean_variance);
  Axes axes = principal_axes(centred, product, dimension, kNothing * mean_variance);
  fix_signs(axes.directions);
  if (axes.directions.empty()) axes.directions = cv::Mat(0, rows.cols, CV_64F);
  fill_up(axes.directions, dimension);
  axes.variances.resize(static_cast<std::size_t>(dimension), 0);
  double total = 0;
  cv::Mat weight = axes.directions;
  for (int i = 0; i < dimension; ++i) {
    const double own = axes.variances[static_cast<std::size_t>(i)];
    const double variance = (1 - rho) * own + rho * mean_variance;
    const double factor =
        std::pow(std::max(variance, kLeastVariance * mean_variance), -kHalfWhitening);
    weight.row(i) *= factor;
    total += own * factor * factor;
  }
  weight /= std::sqrt(total);
  return to_layer(weight, -weight * mean.t());
}

}  // namespace

DenseLayer fit_whitened_pca(std::span<const float> features, std::size_t width,
                            std::size_t dimension) {
  require_lengths(width, dimension);
  if (features.size() % width != 0) {
    throw Error(ErrorCode::kUsage, "the features do not hold a whole number of rows");
  }
  const auto count = static_cast<int>(features.size() / width);
  if (count < 2) {
    throw Error(
        ErrorCode::kBadInput,
        "the axes of features are found from two images on; there is " + std::to_string(count));
  }
  return guard_opencv(ErrorCode::kInternal, "fit a head to features", [&] {
    cv::Mat rows;
    cv::Mat(count, static_cast<int>(width), CV_32F, const_cast<float*>(features.data()))
        .convertTo(rows, CV_64F);
    return fit(rows, static_cast<int>(dimension));
  });
}

DenseLayer random_projection(std::size_t width, std::size_t dimension) {
  require_lengths(width, dimension);
  return guard_opencv(ErrorCode::kInternal, "draw a projection", [&] {
    cv::Mat directions(0, static_cast<int>(width), CV_64F);
    fill_up(directions, static_cast<int>(dimension));
    return to_layer(directions, cv::Mat::zeros(1, static_cast<int>(dimension), CV_64F));
  });
}

DenseLayer identity_head(std::size_t width) {
  require_model_dimension(width);
  DenseLayer layer{static_cast<int>(width), static_cast<int>(width),
                   std::vector<float>(width * width), std::vector<float>(width)};
  for (std::size_t i = 0; i < width; ++i) layer.weight[i * width + i] = 1;
  return layer;
}

}  // namespace simdb
