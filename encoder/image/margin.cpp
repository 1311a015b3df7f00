#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "encoder/image/margin_internal.h"

namespace simdb {
namespace {

constexpr int kNear = 20;  // of 255: what a JPEG file leaves of a uniform ground

using Color = std::array<int, 3>;  // grey uses the first

template <typename Visit>
void visit_border(const cv::Mat& mat, Visit visit) {
  for (int x = 0; x < mat.cols; ++x) {
    visit(mat.ptr(0, x));
    if (mat.rows > 1) visit(mat.ptr(mat.rows - 1, x));
  }
  for (int y = 1; y + 1 < mat.rows; ++y) {
    visit(mat.ptr(y, 0));
    if (mat.cols > 1) visit(mat.ptr(y, mat.cols - 1));
  }
}

/// Of each channel.
Color border_median(const cv::Mat& mat) {
  std::array<std::array<int, 256>, 3> counts{};
  int pixels = 0;
  visit_border(mat, [&](const std::uint8_t* pixel) {
    ++pixels;
    for (int c = 0; c < mat.channels(); ++c) ++counts[c][pixel[c]];
  });
  Color median{};
  for (int c = 0; c < mat.channels(); ++c) {
    int below = counts[c][0];
    while (2 * below < pixels) below += counts[c][++median[c]];
  }
  return median;
}

}  // namespace

std::optional<Margin> find_margin(const cv::Mat& opaque) {
  const Color color = border_median(opaque);
  const int channels = opaque.channels();
  const auto is_near = [&](const std::uint8_t* pixel) {
    for (int c = 0; c < channels; ++c) {
      if (std::abs(pixel[c] - color[c]) > kNear) return false;
    }
    return true;
  };
  int near = 0;
  int others = 0;
  visit_border(opaque, [&](const std::uint8_t* pixel) { ++(is_near(pixel) ? near : others); });
  if (near < others) return std::nullopt;

  // Each row is looked at from either end, no further than what is known to be content.
  int left = opaque.cols;
  int right = -1;
  int top = opaque.rows;
  int bottom = -1;
  for (int y = 0; y < opaque.rows; ++y) {
    int first = 0;
    while (first < opaque.cols && is_near(opaque.ptr(y, first))) ++first;
    if (first == opaque.cols) continue;
    int last = opaque.cols - 1;
    while (last > right && is_near(opaque.ptr(y, last))) --last;
    left = std::min(left, first);
    right = std::max(right, last);
    top = std::min(top, y);
    bottom = y;
  }
  if (bottom < 0) return std::nullopt;
  const Color rgb = channels == 3 ? color : Color{color[0], color[0], color[0]};
  return Margin{{left, top, right - left + 1, bottom - top + 1},
                {double(rgb[0]), double(rgb[1]), double(rgb[2])}};
}

}  // namespace simdb
