#include "benchmarks/augmented_images.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

namespace simdb::bench {
namespace {

cv::Scalar border_color(const Image& image) {
  cv::Scalar color;
  std::vector<std::uint8_t> border;
  const auto channels = static_cast<std::size_t>(image.channels);
  const auto width = static_cast<std::size_t>(image.width);
  const auto height = static_cast<std::size_t>(image.height);
  for (std::size_t c = 0; c < channels; ++c) {
    border.clear();
    for (std::size_t y = 0; y < height; ++y) {
      const bool whole_line = y == 0 || y == height - 1;
      for (std::size_t x = 0; x < width;
           x += whole_line ? 1 : std::max<std::size_t>(1, width - 1)) {
        border.push_back(image.pixels[(y * width + x) * channels + c]);
      }
    }
    const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
    std::nth_element(border.begin(), middle, border.end());
    color[static_cast<int>(c)] = *middle;
  }
  return color;
}

}  // namespace

Image augmented(const Image& image, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto within = [&](double limit) {
    return std::uniform_real_distribution<double>(-limit, limit)(random);
  };
  const double angle = within(15) * std::numbers::pi / 180;
  const double scale = 1 + within(0.15);
  const double cosine = scale * std::cos(angle);
  const double sine = scale * std::sin(angle);
  const double middle_x = (image.width - 1) / 2.0;
  const double middle_y = (image.height - 1) / 2.0;
  const double to_x = middle_x + within(0.08) * image.width;
  const double to_y = middle_y + within(0.08) * image.height;
  const cv::Matx23d transform(cosine, -sine, to_x - cosine * middle_x + sine * middle_y,  //
                              sine, cosine, to_y - sine * middle_x - cosine * middle_y);

  Image result = image;
  const int type = CV_8UC(image.channels);
  const cv::Mat source(image.height, image.width, type,
                       const_cast<std::uint8_t*>(image.pixels.data()));
  cv::Mat target(image.height, image.width, type, result.pixels.data());
  cv::warpAffine(source, target, transform, target.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                 border_color(image));

  const double contrast = 1 + within(0.2);
  const double light = 255 * within(0.2);
  std::normal_distribution<double> noise(0, std::abs(within(6)));
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    if (image.channels == 4 && i % 4 == 3) continue;
    const double value = contrast * (result.pixels[i] - 127.5) + 127.5 + light + noise(random);
    result.pixels[i] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
  }
  return result;
}

}  // namespace simdb::bench
