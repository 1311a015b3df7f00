#include "benchmarks/stroke_moments.h"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace simdb::bench {

StrokeMoments stroke_moments(const Image& image) {
  const auto ink = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return 0.0;
    const auto place = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                        static_cast<std::size_t>(x)) *
                       static_cast<std::size_t>(image.channels);
    return image.pixels[place] / 255.0;
  };
  double mass = 0;
  double sum_x = 0;
  double sum_y = 0;
  double edges = 0;
  // From one before the first pixel, so that ink at the border has its edge too.
  for (int y = -1; y < image.height; ++y) {
    for (int x = -1; x < image.width; ++x) {
      const double here = ink(x, y);
      mass += here;
      sum_x += here * x;
      sum_y += here * y;
      // The gradient amid four pixels; both of its parts are means of two differences.
      const double right = ink(x + 1, y);
      const double below = ink(x, y + 1);
      const double across = ink(x + 1, y + 1);
      edges += std::hypot((right - here + across - below) / 2, (below - here + across - right) / 2);
    }
  }
  if (mass <= 0 || edges <= 0) return {};
  const double mean_x = sum_x / mass;
  const double mean_y = sum_y / mass;
  double mu11 = 0;
  double mu02 = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      mu11 += ink(x, y) * (x - mean_x) * (y - mean_y);
      mu02 += ink(x, y) * (y - mean_y) * (y - mean_y);
    }
  }
  return {mu02 > 0 ? -mu11 / mu02 : 0, 2 * mass / edges};
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty()) return 0;
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace simdb::bench
