#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "encoder/image/image_codec.h"
#include "encoder/image/pixel_allocator_internal.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

TEST(PixelAllocatorTest, PixelsOutliveTheirMatrix) {
  PixelAllocator allocator;
  std::vector<std::uint8_t> pixels;
  const std::uint8_t* place = nullptr;
  {
    cv::Mat mat;
    mat.allocator = &allocator;
    mat.create(2, 3, CV_8UC3);
    mat.setTo(cv::Scalar(7, 8, 9));
    place = mat.data;
    pixels = allocator.take(mat);
    EXPECT_TRUE(mat.empty());
  }
  EXPECT_EQ(pixels.data(), place) << "they were copied";
  EXPECT_EQ(pixels.size(), 18U);
  EXPECT_THAT(std::span(pixels).first(3), testing::ElementsAre(7, 8, 9));
}

TEST(PixelAllocatorTest, LetsGoOfWhatIsNotTaken) {
  PixelAllocator allocator;
  cv::Mat mat;
  mat.allocator = &allocator;
  mat.create(2, 3, CV_8UC3);
  mat.create(20, 30, CV_8UC1);  // AddressSanitizer looks for the first
  EXPECT_EQ(allocator.take(mat).size(), 600U);
}

TEST(PixelAllocatorTest, PixelsOfOthersAreNotTaken) {
  PixelAllocator allocator;
  cv::Mat foreign(2, 3, CV_8UC3);
  EXPECT_FALSE(allocator.owns(foreign));
  EXPECT_THROW(allocator.take(foreign), cv::Exception);
  cv::Mat mat;
  mat.allocator = &allocator;
  EXPECT_FALSE(allocator.owns(mat));
  mat.create(2, 3, CV_8UC3);
  EXPECT_TRUE(allocator.owns(mat));
  const cv::Mat other = mat;
  EXPECT_FALSE(allocator.owns(mat)) << "it is shared";
  EXPECT_THROW(allocator.take(mat), cv::Exception);
}

// OpenCV gives back the matrix that it was handed when a header can't be read: it must not pass for
// a picture.
TEST(PixelAllocatorTest, AHeaderThatOpenCvRefusesIsNoBlackPicture) {
  test::Bytes bmp = test::encode_as(test::noise_image(48, 32, 1, 1), ".bmp");
  ASSERT_NO_THROW(decode_image(bmp, "odd.bmp"));
  bmp[47] = std::byte{2};  // colours in the palette: 512 and more
  testing::internal::CaptureStderr();
  const Error error = test::error_of([&] { decode_image(bmp, "odd.bmp"); });
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), testing::HasSubstr("odd.bmp"));
}

}  // namespace
}  // namespace simdb
