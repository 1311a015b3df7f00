#include "encoder/image/image_header.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "tests/support/hostile_images.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using namespace std::string_view_literals;

struct Sample {
  std::string name;
  ImageFormat format;
  Bytes bytes;
  std::uint32_t width = 20;
  std::uint32_t height = 13;
};

std::vector<Sample> samples() {
  const Image image = test::noise_image(20, 13, 3, 1);
  const Bytes jpeg = test::encode_as(image, ".jpg");
  const Bytes thumbnail = test::encode_as(test::noise_image(8, 6, 3, 2), ".jpg");
  return {
      {"png", ImageFormat::kPng, test::encode_as(image, ".png")},
      {"png with alpha", ImageFormat::kPng,
       test::encode_as(test::noise_image(20, 13, 4, 3), ".png")},
      {"jpeg", ImageFormat::kJpeg, jpeg},
      {"progressive jpeg", ImageFormat::kJpeg, test::encode_progressive_jpeg(image)},
      {"jpeg with a thumbnail", ImageFormat::kJpeg, test::with_exif(jpeg, 1, thumbnail)},
      {"bmp", ImageFormat::kBmp, test::encode_as(image, ".bmp")},
      {"grey bmp", ImageFormat::kBmp, test::encode_as(test::noise_image(20, 13, 1, 4), ".bmp")},
      {"webp", ImageFormat::kWebp, test::encode_as(image, ".webp")},
  };
}

// A copy without slack behind it, so that AddressSanitizer sees a read past the end.
std::optional<ImageHeader> header_of_exact_copy(std::span<const std::byte> bytes) {
  const auto copy = std::make_unique<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  return read_image_header({copy.get(), bytes.size()});
}

TEST(ImageHeaderTest, ReadsFormatSizeAndEnd) {
  for (const Sample& sample : samples()) {
    const auto header = header_of_exact_copy(sample.bytes);
    ASSERT_TRUE(header) << sample.name;
    EXPECT_EQ(header->format, sample.format) << sample.name;
    EXPECT_EQ(header->width, sample.width) << sample.name;
    EXPECT_EQ(header->height, sample.height) << sample.name;
    EXPECT_TRUE(header->complete) << sample.name;
  }
}

TEST(ImageHeaderTest, LossyWebpAndWebpWithAlpha) {
  // VP8 (key frame, 20 x 13) and VP8X (canvas 300 x 200): headers are all that is read.
  Bytes lossy = to_bytes("RIFF");
  test::append(lossy, to_bytes({22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', ' ', 10, 0, 0, 0}));
  test::append(lossy, to_bytes({0, 0, 0, 0x9D, 0x01, 0x2A, 20, 0, 13, 0}));
  const auto vp8 = header_of_exact_copy(lossy);
  ASSERT_TRUE(vp8);
  EXPECT_EQ(vp8->width, 20U);
  EXPECT_EQ(vp8->height, 13U);
  EXPECT_TRUE(vp8->complete);

  Bytes extended = to_bytes("RIFF");
  test::append(extended,
               to_bytes({22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0}));
  test::append(extended, to_bytes({0x10, 0, 0, 0, 43, 1, 0, 199, 0, 0}));
  const auto vp8x = header_of_exact_copy(extended);
  ASSERT_TRUE(vp8x);
  EXPECT_EQ(vp8x->width, 300U);
  EXPECT_EQ(vp8x->height, 200U);
}

TEST(ImageHeaderTest, CountsWhatAJpegKeepsAndScans) {
  const auto effort_of = [](const Bytes& jpeg) { return header_of_exact_copy(jpeg)->jpeg; };
  test::JpegRecipe recipe{.width = 160, .height = 80};
  // 20 x 10 blocks of each of three components, and a group more of each.
  const JpegEffort plain = effort_of(test::make_jpeg(recipe));
  EXPECT_GE(plain.coefficients, 3U * 160 * 80);
  EXPECT_LE(plain.coefficients, 3U * 168 * 88);
  EXPECT_EQ(plain.scanned, plain.coefficients);
  EXPECT_EQ(plain.scans, 1U);
  EXPECT_FALSE(plain.kept || plain.arithmetic);

  recipe.progressive = recipe.arithmetic = true;
  const Bytes file = test::make_jpeg(recipe);
  const JpegEffort progressive = effort_of(file);
  EXPECT_EQ(progressive.coefficients, plain.coefficients);
  EXPECT_GT(progressive.scanned, 3 * progressive.coefficients);
  EXPECT_TRUE(progressive.kept && progressive.arithmetic);
  const JpegEffort repeated = effort_of(test::repeat_last_scan(file, 1000));
  EXPECT_EQ(repeated.scans, progressive.scans + 1000);
  EXPECT_GT(repeated.scanned, 300 * progressive.coefficients);

  recipe = {.width = 160, .height = 80, .halved_colours = true};
  EXPECT_LT(effort_of(test::make_jpeg(recipe)).coefficients, plain.coefficients * 6 / 10);
}

Bytes with_app1(const Bytes& jpeg, std::string_view text) {
  return test::with_app1(jpeg, to_bytes(text));
}

int orientation_of(const Bytes& jpeg) {
  const auto header = header_of_exact_copy(jpeg);
  return header && header->complete ? header->orientation : 0;
}

TEST(ImageHeaderTest, ReadsTheOrientation) {
  const Bytes jpeg = test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg");
  EXPECT_EQ(orientation_of(jpeg), 1);
  const Bytes turned = test::with_exif(jpeg, 8);
  EXPECT_EQ(orientation_of(turned), 8);
  for (const int nonsense : {0, 9, 255}) {
    EXPECT_EQ(orientation_of(test::with_exif(jpeg, static_cast<std::uint8_t>(nonsense))), 1);
  }
  // XMP has the same kind of segment, and may come first; of two Exif segments the first counts.
  EXPECT_EQ(orientation_of(with_app1(turned, "http://ns.adobe.com/xap/1.0/")), 8);
  EXPECT_EQ(orientation_of(test::with_exif(turned, 3)), 3);
  // Little-endian; the second entry of a directory further back.
  EXPECT_EQ(orientation_of(with_app1(jpeg,
                                     "Exif\0\0II*\0\12\0\0\0..\2\0"
                                     "\17\1\2\0\1\0\0\0A\0\0\0"
                                     "\22\1\3\0\1\0\0\0\6\0\0\0"sv)),
            6);
}

// In front of an orientation, for a directory that leads out of its segment.
TEST(ImageHeaderTest, ReadsNoOrientationOutsideItsSegment) {
  const Bytes jpeg =
      with_app1(test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg"), "\0\6\0\6\0\6"sv);
  for (const std::string_view text : {
           "Exif\0\0"sv,
           "Exif\0\0MM\0*"sv,
           "Exif\0\0II\0*\0\0\0\10"sv,
           "Exif\0\0MM\0*\377\377\377\377\0\1"sv,
           "Exif\0\0MM\0*\0\0\0\10\377\377"sv,
           "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1"sv,
       }) {
    EXPECT_EQ(orientation_of(with_app1(jpeg, text)), 1);
  }
}

// libjpeg may skip FF 02 and the like between the data of a scan; a length read there would hide
// the scans behind.
TEST(ImageHeaderTest, NoMarkerInsideAScanHidesScans) {
  const Bytes jpeg =
      test::make_jpeg({.width = 64, .height = 64, .progressive = true, .noise = true});
  const Bytes start = to_bytes({0xFF, 0xDA});
  const auto scan = std::search(jpeg.begin(), jpeg.end(), start.begin(), start.end());
  Bytes file(jpeg.begin(), scan + 14);
  test::append(file, to_bytes({0xFF, 0x02, 0x7F, 0x7E}));
  file.insert(file.end(), scan + 14, jpeg.end());
  EXPECT_EQ(read_image_header(file)->jpeg.scans, read_image_header(jpeg)->jpeg.scans);
}

TEST(ImageHeaderTest, KnowsTheChannelsOfThePicture) {
  const auto channels_of = [](const Bytes& file) { return header_of_exact_copy(file)->channels; };
  for (const int channels : {1, 3, 4}) {
    EXPECT_EQ(channels_of(test::encode_as(test::noise_image(20, 13, channels, 1), ".png")),
              channels);
  }
  EXPECT_EQ(channels_of(test::make_large_png(
                {.width = 5, .height = 5, .bit_depth = 4, .colour_type = 3, .transparent = true})),
            4);
  EXPECT_EQ(channels_of(test::make_jpeg({.width = 8, .height = 8, .components = 1})), 1);
  EXPECT_EQ(channels_of(test::make_jpeg({.width = 8, .height = 8, .components = 4})), 3);
  EXPECT_EQ(channels_of(test::make_bmp({.width = 8, .height = 8, .bits = 8})), 3);
  EXPECT_EQ(channels_of(test::encode_as(test::noise_image(20, 13, 1, 4), ".bmp")), 1);
  EXPECT_EQ(channels_of(test::encode_as(test::noise_image(20, 13, 4, 4), ".webp")), 4);
}

TEST(ImageHeaderTest, KnowsLosslessAndAnimatedWebp) {
  const Bytes webp = test::encode_as(test::noise_image(20, 13, 3, 1), ".webp");
  EXPECT_TRUE(read_image_header(webp)->lossless);
  EXPECT_FALSE(read_image_header(webp)->animated);
  const auto lossy = read_image_header(test::encode_lossy_webp(test::noise_image(20, 13, 4, 1)));
  EXPECT_FALSE(lossy->lossless);
  EXPECT_EQ(lossy->channels, 4);
  EXPECT_TRUE(read_image_header(test::make_animated_webp(webp, 20, 13))->animated);
}

TEST(ImageHeaderTest, EveryTruncationIsSeen) {
  for (const Sample& sample : samples()) {
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      const auto header = header_of_exact_copy(std::span(sample.bytes).first(length));
      if (!header) continue;
      EXPECT_FALSE(header->complete)
          << sample.name << " cut to " << length << " bytes of " << sample.bytes.size();
      EXPECT_EQ(header->width, sample.width) << sample.name << " cut to " << length;
    }
  }
}

TEST(ImageHeaderTest, ATruncatedThumbnailIsNotTheImage) {
  const Bytes jpeg = test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg");
  const Bytes thumbnail = test::encode_as(test::noise_image(8, 6, 3, 2), ".jpg");
  const Bytes file = test::with_exif(jpeg, 1, thumbnail);
  const std::size_t behind_thumbnail = file.size() - (jpeg.size() - 2);
  EXPECT_FALSE(read_image_header(std::span(file).first(behind_thumbnail)));
}

TEST(ImageHeaderTest, BytesBehindTheEndAreFine) {
  for (Sample& sample : samples()) {
    test::append(sample.bytes, to_bytes("appended by a camera \xFF\xD8\xFF\xC0"));
    const auto header = header_of_exact_copy(sample.bytes);
    ASSERT_TRUE(header) << sample.name;
    EXPECT_TRUE(header->complete) << sample.name;
    EXPECT_EQ(header->width, sample.width) << sample.name;
  }
}

// Segments by which a walk that differs from libjpeg's would be led to a small frame (8 x 8) in
// front of the true one.
TEST(ImageHeaderTest, NoFakeFrameHidesTheTrueOne) {
  const Bytes jpeg = test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg");
  const Bytes fake_frame = to_bytes({0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});
  for (const int marker : {0x00, 0x01, 0xD0, 0xD7, 0xD8}) {
    // Read as a segment of 0xFFFE bytes, the marker hides a comment and more, up to the fake frame.
    Bytes file = to_bytes({0xFF, 0xD8, 0xFF, marker});
    const std::size_t length_at = file.size();
    test::append(file, to_bytes({0xFF, 0xFE, 0xFF, 0xFF}));  // comment of 65,535 bytes
    file.resize(length_at + 0xFFFE);
    test::append(file, fake_frame);
    file.resize(length_at + 2 + 0xFFFF);
    test::append(file, std::span(jpeg).subspan(2));
    const auto header = read_image_header(file);
    if (header) {
      EXPECT_EQ(header->width, 20U) << "marker " << marker;
    }
  }
}

TEST(ImageHeaderTest, BmpLengthComesFromThePixels) {
  Bytes bmp = test::encode_as(test::noise_image(20, 13, 3, 1), ".bmp");
  for (std::size_t i = 2; i < 6; ++i) bmp[i] = std::byte{0};  // the file size, 0 in some programs
  EXPECT_TRUE(read_image_header(bmp)->complete);
  EXPECT_FALSE(read_image_header(std::span(bmp).first(bmp.size() - 1))->complete);
  for (std::size_t i = 2; i < 6; ++i) bmp[i] = std::byte{0x7F};
  EXPECT_TRUE(read_image_header(bmp)->complete);
}

TEST(ImageHeaderTest, RefusesBmpHeadersThatNoDecoderTakes) {
  const Bytes bmp = test::encode_as(test::noise_image(20, 13, 3, 1), ".bmp");
  for (const auto& [at, value] : {std::pair{14, 16}, std::pair{30, 4}, std::pair{30, 255}}) {
    Bytes odd = bmp;
    odd[at] = static_cast<std::byte>(value);
    EXPECT_FALSE(read_image_header(odd)) << value << " at " << at;
  }
}

TEST(ImageHeaderTest, TopDownBmpHasAPositiveHeight) {
  Bytes bmp = test::encode_as(test::noise_image(20, 13, 3, 1), ".bmp");
  const Bytes minus_13 = to_bytes({0xF3, 0xFF, 0xFF, 0xFF});
  std::copy(minus_13.begin(), minus_13.end(), bmp.begin() + 22);
  const auto header = read_image_header(bmp);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->height, 13U);
}

TEST(ImageHeaderTest, OtherFormatsAreNotKnown) {
  for (const char* text : {"", "G", "GIF89a..........", "II*\0", "just text", "RIFF    WAVEfmt ",
                           "\x89PNG\n", "\xFF\xD8"}) {
    EXPECT_FALSE(sniff_image_format(to_bytes(text))) << text;
    EXPECT_FALSE(read_image_header(to_bytes(text))) << text;
  }
}

TEST(ImageHeaderTest, SizeZeroIsNoHeader) {
  Bytes png = test::encode_as(test::noise_image(20, 13, 3, 1), ".png");
  for (std::size_t i = 16; i < 20; ++i) png[i] = std::byte{0};
  EXPECT_FALSE(read_image_header(png));
}

TEST(ImageHeaderTest, RandomBytesBehindASignatureAreHarmless) {
  std::mt19937 random(7);
  const std::vector<Bytes> starts = {
      to_bytes("\x89PNG\r\n\x1A\n"),
      to_bytes("\xFF\xD8\xFF"),
      to_bytes("BM"),
      to_bytes("RIFF1234WEBPVP8X"),
      {},
  };
  for (int trial = 0; trial < 20000; ++trial) {
    Bytes bytes = starts[trial % starts.size()];
    const std::size_t more = random() % 80;
    for (std::size_t i = 0; i < more; ++i) {
      // Markers and lengths are found more often among extreme bytes.
      bytes.push_back(static_cast<std::byte>(random() % 3 == 0 ? 0xFF : random() % 256));
    }
    const auto header = header_of_exact_copy(bytes);
    if (header) {
      EXPECT_GT(header->width, 0U);
      EXPECT_GT(header->height, 0U);
    }
  }
}

TEST(ImageHeaderTest, MutatedFilesAreHarmless) {
  std::mt19937 random(8);
  for (const Sample& sample : samples()) {
    for (int trial = 0; trial < 2000; ++trial) {
      Bytes bytes = sample.bytes;
      for (int i = 0; i < 3; ++i) bytes[random() % 60] = static_cast<std::byte>(random());
      const auto header = header_of_exact_copy(bytes);
      if (header) {
        EXPECT_GT(header->width, 0U);
      }
    }
  }
}

}  // namespace
}  // namespace simdb
