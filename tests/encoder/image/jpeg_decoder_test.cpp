#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "encoder/image/decoders_internal.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using ::testing::HasSubstr;

StoredImage decoded(std::span<const std::byte> jpeg, const ImageLimits& limits = {}) {
  DecodeBudget budget(limits, jpeg.size());
  return decode_jpeg(jpeg, budget);
}

// In other scans, and by other codes, the same coefficients give the same pixels.
TEST(JpegDecoderTest, EveryKindOfCodingGivesTheSamePixels) {
  for (test::JpegRecipe kind : test::jpeg_kinds(61, 37)) {
    const std::string what = std::to_string(kind.components) + " components" +
                             (kind.progressive ? ", progressive" : "") +
                             (kind.arithmetic ? ", arithmetic" : "");
    const Image image = decoded(test::make_jpeg(kind)).image;
    EXPECT_EQ(image.width, 61) << what;
    EXPECT_EQ(image.height, 37) << what;
    EXPECT_EQ(image.channels, kind.components == 1 ? 1 : 3) << what;
    kind.progressive = kind.arithmetic = false;
    EXPECT_EQ(image.pixels, decoded(test::make_jpeg(kind)).image.pixels) << what;
  }
}

TEST(JpegDecoderTest, TellsTheOrientationOfTheFirstExif) {
  const Bytes jpeg = test::make_jpeg({.width = 9, .height = 5});
  EXPECT_EQ(decoded(jpeg).orientation, 1);
  const Bytes turned = test::with_exif(jpeg, 8);
  EXPECT_EQ(decoded(turned).orientation, 8);
  EXPECT_EQ(decoded(turned).image.width, 9) << "the decoder turns nothing";
  // XMP has the same kind of segment, and may come first; of two Exif segments the first counts.
  EXPECT_EQ(decoded(test::with_app1(turned, to_bytes("http://ns.adobe.com/xap/1.0/"))).orientation,
            8);
  EXPECT_EQ(decoded(test::with_exif(turned, 3)).orientation, 3);
  EXPECT_EQ(decoded(test::with_app1(jpeg, {})).orientation, 1);
}

// A file that was cut is refused, or lacks no more than its last marker and bits that fill up.
TEST(JpegDecoderTest, SeesEveryTruncation) {
  std::vector<Bytes> files = {
      test::encode_as(test::noise_image(40, 24, 3, 1), ".jpg"),
      test::encode_progressive_jpeg(test::noise_image(40, 24, 1, 1)),
      test::encode_progressive_jpeg(test::noise_image(40, 24, 3, 1)),
      test::with_exif(test::make_jpeg({.width = 9, .height = 5, .noise = true}), 6)};
  for (test::JpegRecipe kind : test::jpeg_kinds(21, 17)) {
    kind.noise = true;
    files.push_back(test::make_jpeg(kind));
  }
  std::size_t without_end = 0;
  for (const Bytes& jpeg : files) {
    const Image whole = decoded(jpeg).image;
    for (std::size_t length = 0; length < jpeg.size(); ++length) {
      try {
        EXPECT_EQ(decoded(std::span(jpeg).first(length)).image.pixels, whole.pixels) << length;
        EXPECT_GE(length + 4, jpeg.size());
        if (length + 2 == jpeg.size()) ++without_end;
      } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("it is truncated")) << length;
      }
    }
  }
  EXPECT_EQ(without_end, 10U) << "all but six that are coded arithmetically";
}

TEST(JpegDecoderTest, DamageInTheMiddleIsDecodedAsFarAsItGoes) {
  Bytes jpeg = test::encode_as(test::noise_image(40, 24, 3, 1), ".jpg");
  const Image whole = decoded(jpeg).image;
  jpeg[jpeg.size() * 3 / 4] ^= std::byte{0x55};
  const Image damaged = decoded(jpeg).image;
  EXPECT_EQ(damaged.pixels.front(), whole.pixels.front());
  EXPECT_NE(damaged.pixels, whole.pixels);
}

TEST(JpegDecoderTest, HoldsScansMemoryAndTime) {
  const Bytes progressive =
      test::make_jpeg({.width = 160, .height = 80, .progressive = true, .noise = true});
  const auto refused = [&](const Bytes& jpeg, const ImageLimits& limits, const char* why) {
    EXPECT_THAT([&] { decoded(jpeg, limits); },
                testing::ThrowsMessage<std::runtime_error>(HasSubstr(why)));
  };
  refused(progressive, {.max_scans = 3}, "more than 3 scans");
  EXPECT_NO_THROW(decoded(test::repeat_last_scan(progressive, 80)));
  refused(test::repeat_last_scan(progressive, 95), {}, "more than 100 scans");
  // The coefficients of a progressive picture are kept, two bytes each; those of a plain one not.
  const std::uint64_t held = progressive.size() + 3 * 160 * 80;
  refused(progressive, {.max_memory_bytes = held + 5 * 160 * 80}, "too much memory");
  EXPECT_NO_THROW(decoded(progressive, {.max_memory_bytes = held + 8 * 160 * 80}));
  const Bytes plain = test::make_jpeg({.width = 160, .height = 80});
  EXPECT_NO_THROW(decoded(plain, {.max_memory_bytes = held + 1 * 160 * 80}));
  // On its side a picture is there twice.
  EXPECT_THROW(
      decode_image(test::with_exif(plain, 6), "x", {.max_memory_bytes = held + 1 * 160 * 80}),
      Error);
  refused(plain, {.max_seconds = 0}, "takes too long");
  refused(progressive, {.max_seconds = 0}, "takes too long");
}

TEST(JpegDecoderTest, InksMeanTheSameWithoutAdobesMarker) {
  Bytes jpeg = test::make_jpeg({.width = 16, .height = 8, .components = 4, .noise = true});
  const Image marked = decoded(jpeg).image;
  const Bytes marker = to_bytes({0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e'});
  const auto segment = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  ASSERT_NE(segment, jpeg.end());
  jpeg.erase(segment, segment + 16);
  EXPECT_EQ(decoded(jpeg).image.pixels, marked.pixels);
}

// Segments by which a walk that differs from libjpeg's would be led to a small frame (8 x 8) in
// front of the true one.
TEST(JpegDecoderTest, NoFakeFrameHidesTheTrueOne) {
  const Bytes jpeg = test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg");
  const Bytes fake_frame = to_bytes({0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});
  for (const int marker : {0x01, 0xD0, 0xD7}) {
    // Read as a segment of 0xFFFE bytes, the marker hides a comment and more, up to the fake frame.
    Bytes file = to_bytes({0xFF, 0xD8, 0xFF, marker});
    const std::size_t length_at = file.size();
    test::append(file, to_bytes({0xFF, 0xFE, 0xFF, 0xFF}));  // comment of 65,535 bytes
    file.resize(length_at + 0xFFFE);
    test::append(file, fake_frame);
    file.resize(length_at + 2 + 0xFFFF);
    test::append(file, std::span(jpeg).subspan(2));
    EXPECT_EQ(decoded(file).image.width, 20) << "marker " << marker;
  }
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
      decoded(damaged);
    } catch (const std::runtime_error&) {  // SaysWhatLibjpegRefuses
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace simdb
