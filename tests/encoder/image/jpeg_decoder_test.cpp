#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <string_view>

#include "encoder/image/image_codec.h"
#include "encoder/image/jpeg_decoder_internal.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using ::testing::HasSubstr;

// What OpenCV makes of it, without turning it; in our order of channels.
cv::Mat decoded_by_opencv(const Bytes& jpeg) {
  const cv::Mat file(1, static_cast<int>(jpeg.size()), CV_8U, const_cast<std::byte*>(jpeg.data()));
  cv::Mat mat = cv::imdecode(file, cv::IMREAD_UNCHANGED);
  if (mat.channels() == 3) cv::cvtColor(mat, mat, cv::COLOR_BGR2RGB);
  return mat;
}

void expect_as_opencv(const Bytes& jpeg, std::string_view what) {
  const Image image = decode_jpeg(jpeg);
  const cv::Mat expected = decoded_by_opencv(jpeg);
  ASSERT_EQ(image.width, expected.cols) << what;
  ASSERT_EQ(image.height, expected.rows) << what;
  ASSERT_EQ(image.channels, expected.channels()) << what;
  ASSERT_TRUE(expected.isContinuous());
  EXPECT_TRUE(
      std::equal(image.pixels.begin(), image.pixels.end(), expected.datastart, expected.dataend))
      << what;
}

TEST(JpegDecoderTest, EveryKindGivesThePixelsThatOpenCvGives) {
  for (const test::JpegRecipe& kind : test::jpeg_kinds(61, 37)) {
    expect_as_opencv(test::make_jpeg(kind), std::to_string(kind.components) + " components" +
                                                (kind.progressive ? ", progressive" : "") +
                                                (kind.arithmetic ? ", arithmetic" : ""));
  }
  expect_as_opencv(test::with_exif(test::make_jpeg({.width = 9, .height = 5}), 6), "Exif");
}

TEST(JpegDecoderTest, EveryTruncationIsFilledUpOrRefused) {
  const Bytes jpeg = test::encode_as(test::noise_image(40, 24, 3, 1), ".jpg");
  const Image whole = decode_jpeg(jpeg);
  std::size_t decoded = 0;
  for (std::size_t length = 0; length < jpeg.size(); ++length) {
    try {
      const Image image = decode_jpeg(std::span(jpeg).first(length));
      ASSERT_EQ(image.pixels.size(), whole.pixels.size());
      if (length > jpeg.size() / 2) {
        EXPECT_EQ(image.pixels.front(), whole.pixels.front());
      }
      ++decoded;
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(), HasSubstr("libjpeg refuses it: ")) << length;
    }
  }
  EXPECT_GT(decoded, jpeg.size() / 4);
}

TEST(JpegDecoderTest, SaysWhatLibjpegRefuses) {
  Bytes jpeg = test::make_jpeg({.width = 40, .height = 24});
  const Bytes marker = to_bytes({0xFF, 0xC0});
  const auto frame = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  ASSERT_NE(frame, jpeg.end());
  Bytes deep = jpeg;
  deep[static_cast<std::size_t>(frame - jpeg.begin()) + 4] = std::byte{12};  // bits a sample
  const Error error = test::error_of([&] { decode_image(deep, "deep.jpg"); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(),
              HasSubstr("deep.jpg: libjpeg refuses it: Unsupported JPEG data precision 12"));
}

// Several threads decode while another tells of files that can't be used: a line in between would
// tear theirs apart.
TEST(JpegDecoderTest, PrintsNothing) {
  const Bytes jpeg = test::make_jpeg({.width = 40, .height = 24, .noise = true});
  ::testing::internal::CaptureStderr();
  for (std::size_t at = 2; at < jpeg.size(); ++at) {
    Bytes damaged = jpeg;
    damaged[at] ^= std::byte{0xA5};
    try {
      decode_jpeg(damaged);
    } catch (const std::runtime_error&) {  // SaysWhatLibjpegRefuses
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace simdb
