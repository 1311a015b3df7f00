#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "encoder/image/margin_internal.h"

namespace simdb {
namespace {

bool is_near(const cv::Mat& image, int x, int y, const cv::Scalar& color) {
  for (int c = 0; c < image.channels(); ++c) {
    if (std::abs(image.ptr(y, x)[c] - color[c]) > 20) return false;
  }
  return true;
}

/// By definition: the median of a sorted border, and every pixel looked at.
std::optional<Margin> by_definition(const cv::Mat& image) {
  std::vector<cv::Point> border;
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      if (x == 0 || y == 0 || x + 1 == image.cols || y + 1 == image.rows) border.emplace_back(x, y);
    }
  }
  cv::Scalar color;
  for (int c = 0; c < 3; ++c) {
    std::vector<int> values;
    for (const auto& at : border) values.push_back(image.ptr(at.y, at.x)[c % image.channels()]);
    std::sort(values.begin(), values.end());
    color[c] = values[(values.size() - 1) / 2];
  }
  const auto near = std::count_if(border.begin(), border.end(), [&](const auto& at) {
    return is_near(image, at.x, at.y, color);
  });
  if (2 * near < static_cast<std::ptrdiff_t>(border.size())) return std::nullopt;
  std::vector<cv::Point> content;
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      if (!is_near(image, x, y, color)) content.emplace_back(x, y);
    }
  }
  if (content.empty()) return std::nullopt;
  return Margin{cv::boundingRect(content), color};
}

TEST(MarginTest, IsWhatItsDefinitionSays) {
  std::mt19937 random(1);
  const auto below = [&](int bound) { return static_cast<int>(random() % bound); };
  int found = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    cv::Mat image(1 + below(9), 1 + below(9), below(2) == 0 ? CV_8UC1 : CV_8UC3);
    const int ground = below(256);
    const int noise = 1 + below(40);
    const int ink = below(12);  // pixels of any value
    std::generate_n(image.data, image.total() * image.elemSize(),
                    [&] { return static_cast<uchar>(std::min(255, ground + below(noise))); });
    for (int i = 0; i < ink; ++i) {
      image.data[below(static_cast<int>(image.total() * image.elemSize()))] =
          static_cast<uchar>(below(256));
    }
    const auto expected = by_definition(image);
    const auto margin = find_margin(image);
    ASSERT_EQ(margin.has_value(), expected.has_value()) << trial;
    if (!margin) continue;
    ++found;
    ASSERT_EQ(margin->content, expected->content) << trial;
    ASSERT_EQ(margin->rgb, expected->rgb) << trial;
  }
  EXPECT_GT(found, 1000);
}

TEST(MarginTest, APartOfALargerMatrixIsAnImageToo) {
  cv::Mat large(20, 20, CV_8UC3, cv::Scalar(0, 0, 0));
  large(cv::Rect(5, 5, 10, 10)).setTo(cv::Scalar(250, 250, 250));
  large(cv::Rect(8, 9, 3, 2)).setTo(cv::Scalar(90, 0, 0));
  const auto margin = find_margin(large(cv::Rect(5, 5, 10, 10)));
  ASSERT_TRUE(margin);
  EXPECT_EQ(margin->content, cv::Rect(3, 4, 3, 2));
  EXPECT_EQ(margin->rgb, cv::Scalar(250, 250, 250));
}

}  // namespace
}  // namespace simdb
