#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <opencv2/core.hpp>
#include <string>
#include <utility>

#include "simdb/error.h"
#include "simdb/image.h"

namespace simdb {

/// OpenCV's messages have several lines, quoted with '>': one line, as other errors.
inline std::string one_line(const std::string& text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::size_t first = text.find_first_not_of(" >", at);
    first = std::min(first, end);
    if (first < end && !line.empty()) line += ' ';
    line.append(text, first, end - first);
    at = end + 1;
  }
  return line;
}

/// Runs `work` and turns OpenCV's and the standard library's exceptions into Error(code, "can't
/// WHAT: reason"). Lack of memory says nothing of the image or model: it is std::bad_alloc.
template <typename Work>
auto guard_opencv(ErrorCode code, const std::string& what, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw Error(code, "can't " + what + ": " + one_line(e.err));
  } catch (const std::exception& e) {
    throw Error(code, "can't " + what + ": " + e.what());
  }
}

/// A view of the pixels, not a copy. `image` must outlive it and be consistent (see
/// require_consistent).
inline cv::Mat as_mat(const Image& image) {
  return {image.height, image.width, CV_8UC(image.channels),
          const_cast<std::uint8_t*>(image.pixels.data())};
}

/// Throws Error(kBadInput) unless the image has pixels, 1, 3 or 4 channels, and as many bytes as
/// its size says.
void require_consistent(const Image& image);

/// Copies an 8-bit matrix whose channels are grey, RGB or RGBA already.
Image to_image(const cv::Mat& mat);

}  // namespace simdb
