#pragma once

#include <opencv2/core.hpp>
#include <optional>

namespace simdb {

/// What lies around the content of an image: rows and columns at its edges of one colour.
struct Margin {
  cv::Rect content;  ///< the least that holds all other pixels
  cv::Scalar rgb;    ///< the colour; of a grey image three equal values
};

/// See ResizeRule::kTrim. `opaque` is a matrix of bytes with 1 or 3 channels. Nothing if fewer than
/// half of the border pixels are near their median, or all pixels are.
std::optional<Margin> find_margin(const cv::Mat& opaque);

}  // namespace simdb
