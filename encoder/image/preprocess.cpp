#include "encoder/image/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "encoder/image/margin_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr int kMaxInputSide = 4096;
constexpr double kShrunk = 0.85;  // measured: docs/decisions/0057
constexpr int kMarginShare = 16;  // what kTrim leaves beside the content: a 16th of the side

// Straight alpha over the background, rounded to nearest.
cv::Mat over_background(const cv::Mat& rgba, const std::array<std::uint8_t, 3>& background) {
  cv::Mat rgb(rgba.size(), CV_8UC3);
  for (int y = 0; y < rgba.rows; ++y) {
    const std::uint8_t* from = rgba.ptr(y);
    std::uint8_t* to = rgb.ptr(y);
    for (int x = 0; x < rgba.cols; ++x, from += 4, to += 3) {
      const int alpha = from[3];
      for (int c = 0; c < 3; ++c) {
        to[c] = static_cast<std::uint8_t>((from[c] * alpha + background[c] * (255 - alpha) + 127) /
                                          255);
      }
    }
  }
  return rgb;
}

cv::Mat to_channels(const cv::Mat& opaque, int channels) {
  if (opaque.channels() == channels) return opaque;
  // Into a matrix of its own: cvtColor in place copies the whole picture first.
  cv::Mat result;
  cv::cvtColor(opaque, result, channels == 3 ? cv::COLOR_GRAY2RGB : cv::COLOR_RGB2GRAY);
  return result;
}

cv::Mat resized(const cv::Mat& mat, cv::Size size) {
  if (mat.size() == size) return mat;
  // Two steps, because INTER_AREA averages only if neither side grows: shrinking a wide, low image
  // to a square in one step would sample single pixels of its long side.
  const cv::Size shrunk(std::min(size.width, mat.cols), std::min(size.height, mat.rows));
  cv::Mat result = mat;
  if (shrunk != mat.size()) cv::resize(mat, result, shrunk, 0, 0, cv::INTER_AREA);
  if (shrunk == size) return result;
  cv::Mat grown;
  cv::resize(result, grown, size, 0, 0, cv::INTER_LINEAR);
  return grown;
}

cv::Size fitted_size(const cv::Mat& mat, cv::Size room) {
  const double scale = std::min(static_cast<double>(room.width) / mat.cols,
                                static_cast<double>(room.height) / mat.rows);
  const auto side = [&](int length, int limit) {
    return std::clamp(static_cast<int>(std::lround(length * scale)), 1, limit);
  };
  return {side(mat.cols, room.width), side(mat.rows, room.height)};
}

// The colour as the pixels of a fitted image hold it, grey by the same rounding as theirs.
cv::Scalar as_fitted(const cv::Scalar& rgb, const InputSpec& spec) {
  if (spec.channels == 3) return rgb;
  const cv::Mat grey = to_channels(cv::Mat(1, 1, CV_8UC3, rgb), 1);
  return {double(grey.at<std::uint8_t>(0, 0))};
}

/// Keeps the aspect ratio, within `room`, centred.
cv::Mat placed(const cv::Mat& mat, cv::Size room, const cv::Scalar& rgb, const InputSpec& spec) {
  cv::Mat content = resized(to_channels(mat, spec.channels), fitted_size(mat, room));
  if (content.cols == spec.width && content.rows == spec.height) return content;
  cv::Mat result(spec.height, spec.width, content.type(), as_fitted(rgb, spec));
  const cv::Rect place((spec.width - content.cols) / 2, (spec.height - content.rows) / 2,
                       content.cols, content.rows);
  content.copyTo(result(place));
  return result;
}

/// kTrim, where there is a margin to trim.
std::optional<cv::Mat> trimmed(const cv::Mat& opaque, const InputSpec& spec) {
  const std::optional<Margin> margin = find_margin(opaque);
  if (!margin) return std::nullopt;
  const auto inner = [](int side) { return std::max(1, side - 2 * (side / kMarginShare)); };
  const cv::Size room(inner(spec.width), inner(spec.height));
  return placed(opaque(margin->content), room, margin->rgb, spec);
}

constexpr std::array<std::pair<std::string_view, ResizeRule>, 3> kResizeRules = {
    {{"fit", ResizeRule::kFit}, {"stretch", ResizeRule::kStretch}, {"trim", ResizeRule::kTrim}}};

}  // namespace

std::string_view to_string(ResizeRule rule) noexcept {
  const auto is_it = [&](const auto& known) { return known.second == rule; };
  return std::find_if(kResizeRules.begin(), kResizeRules.end(), is_it)->first;
}

std::optional<ResizeRule> find_resize_rule(std::string_view name) noexcept {
  for (const auto& [known, rule] : kResizeRules) {
    if (known == name) return rule;
  }
  return std::nullopt;
}

void require_consistent(const Image& image) {
  const bool known = image.channels == 1 || image.channels == 3 || image.channels == 4;
  if (!known || image.width <= 0 || image.height <= 0 ||
      image.pixels.size() !=
          static_cast<std::size_t>(image.width) * image.height * image.channels) {
    throw Error(ErrorCode::kBadInput, "an image of " + std::to_string(image.width) + " x " +
                                          std::to_string(image.height) + " pixels, " +
                                          std::to_string(image.channels) + " channels and " +
                                          std::to_string(image.pixels.size()) +
                                          " bytes makes no sense");
  }
}

Image to_image(const cv::Mat& mat) {
  Image image{mat.cols, mat.rows, mat.channels(), {}};
  const std::size_t row_bytes = static_cast<std::size_t>(mat.cols) * mat.channels();
  image.pixels.resize(row_bytes * mat.rows);
  for (int y = 0; y < mat.rows; ++y) {
    std::memcpy(image.pixels.data() + y * row_bytes, mat.ptr(y), row_bytes);
  }
  return image;
}

void require_valid(const InputSpec& spec) {
  const auto refuse = [](const std::string& why) {
    throw Error(ErrorCode::kBadInput, "unusable model input: " + why);
  };
  if (spec.width < 1 || spec.height < 1 || spec.width > kMaxInputSide ||
      spec.height > kMaxInputSide) {
    refuse("size " + std::to_string(spec.width) + " x " + std::to_string(spec.height) +
           " is not between 1 and 4096 per side");
  }
  if (spec.channels != 1 && spec.channels != 3) {
    refuse(std::to_string(spec.channels) + " channels (1 or 3 are possible)");
  }
  if (spec.views != 1 && spec.views != kSizedViews) {
    refuse(std::to_string(spec.views) + " views (1 or 5 are possible)");
  }
  for (int c = 0; c < 3; ++c) {
    if (!std::isfinite(spec.mean[c])) refuse("a mean that is not finite");
    if (!std::isfinite(spec.scale[c]) || spec.scale[c] <= 0) refuse("a scale that is not positive");
  }
}

Image fit_to_input(const Image& image, const InputSpec& spec) {
  require_consistent(image);
  return guard_opencv(ErrorCode::kInternal, "resize an image", [&] {
    const cv::Mat mat = as_mat(image);
    const cv::Mat opaque = mat.channels() == 4 ? over_background(mat, spec.background) : mat;
    if (spec.resize == ResizeRule::kStretch) {
      return to_image(resized(to_channels(opaque, spec.channels), {spec.width, spec.height}));
    }
    if (spec.resize == ResizeRule::kTrim) {
      if (const auto result = trimmed(opaque, spec)) return to_image(*result);
    }
    const auto& [red, green, blue] = spec.background;
    return to_image(placed(opaque, {spec.width, spec.height},
                           {double(red), double(green), double(blue)}, spec));
  });
}

void normalize_pixels(std::span<const std::uint8_t> pixels, const InputSpec& spec,
                      std::span<float> planes) {
  const auto channels = static_cast<std::size_t>(spec.channels);
  const std::size_t area = static_cast<std::size_t>(spec.width) * spec.height;
  if (pixels.size() != spec.values() || planes.size() != spec.values()) {
    throw Error(ErrorCode::kUsage, "pixels or planes do not have the model's input size");
  }
  for (std::size_t c = 0; c < channels; ++c) {
    // A table gives the same float for a pixel value everywhere, and is faster than dividing.
    std::array<float, 256> value;
    for (int v = 0; v < 256; ++v) {
      value[v] = (static_cast<float>(v) / 255.0F - spec.mean[c]) / spec.scale[c];
    }
    float* plane = planes.data() + c * area;
    const std::uint8_t* pixel = pixels.data() + c;
    for (std::size_t i = 0; i < area; ++i, pixel += channels) plane[i] = value[*pixel];
  }
}

void preprocess(const Image& image, const InputSpec& spec, std::span<float> planes) {
  const bool fits = image.width == spec.width && image.height == spec.height &&
                    image.channels == spec.channels && spec.resize != ResizeRule::kTrim;
  if (fits) {
    require_consistent(image);
    normalize_pixels(image.pixels, spec, planes);
  } else {
    normalize_pixels(fit_to_input(image, spec).pixels, spec, planes);
  }
}

void write_view(std::span<const std::uint8_t> fitted, const InputSpec& spec, int number,
                std::span<std::uint8_t> view) {
  if (fitted.size() != spec.values() || view.size() != spec.values() || number < 0 ||
      number >= kSizedViews) {
    throw Error(ErrorCode::kUsage, "a view has the model's input size and a number from 0 to 4");
  }
  if (number == 0) {
    std::copy(fitted.begin(), fitted.end(), view.begin());
    return;
  }
  const auto step = [](bool shrunk) { return shrunk ? 1 / kShrunk : kShrunk; };
  const double x = step(number % 2 == 0);
  const double y = step(number > 2);
  // From the view's places to the image's; the centre stays where it is.
  const cv::Matx23d from(x, 0, (1 - x) * (spec.width - 1) / 2, 0, y,
                         (1 - y) * (spec.height - 1) / 2);
  const int type = CV_8UC(spec.channels);
  // OpenCV has no constant views of memory.
  const cv::Mat image(spec.height, spec.width, type, const_cast<std::uint8_t*>(fitted.data()));
  cv::Mat result(spec.height, spec.width, type, view.data());
  cv::warpAffine(image, result, from, result.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
}

}  // namespace simdb
