#include "simdb/image_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <string>

#include "core/file_io.h"
#include "simdb/error.h"
#include "tests/support/hostile_images.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::Bytes;
using test::to_bytes;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// An 8 x 8 red JPEG of four inks (YCCK), which no encoder in reach of the tests writes.
constexpr std::string_view kYcckJpeg =
    "ffd8ffee000e41646f626500640000000002ffdb0043000302020302020303030304030304050805"
    "050404050a070706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f1718"
    "16141812141514ffdb00430103040405040509050509140d0b0d1414141414141414141414141414"
    "141414141414141414141414141414141414141414141414141414141414141414141414ffc00014"
    "080008000804011100021101031101041100ffc40015000101000000000000000000000000000008"
    "09ffc40014100100000000000000000000000000000000ffc4001501010100000000000000000000"
    "000000000709ffc40014110100000000000000000000000000000000ffda000e0401000211031104"
    "00003f00441cd2a954dfffd9";

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(std::byte(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// The message of the Error(code) that `work` must throw.
std::string refusal(const std::function<void()>& work, ErrorCode code = ErrorCode::kBadInput) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

std::string refusal_of(const Bytes& bytes) {
  return refusal([&] { decode_image(bytes, "picture.png"); });
}

void expect_near(const Image& image, const Image& expected, int tolerance) {
  ASSERT_EQ(image.width, expected.width);
  ASSERT_EQ(image.height, expected.height);
  ASSERT_EQ(image.channels, expected.channels);
  int worst = 0;
  for (std::size_t i = 0; i < expected.pixels.size(); ++i) {
    worst = std::max(worst, std::abs(image.pixels[i] - expected.pixels[i]));
  }
  EXPECT_LE(worst, tolerance);
}

void write(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// The colour at the centre of each quadrant: survives JPEG's ringing at the edges.
std::vector<std::uint8_t> quadrant_centres(const Image& image) {
  std::vector<std::uint8_t> values;
  for (const int y : {image.height / 4, image.height * 3 / 4}) {
    for (const int x : {image.width / 4, image.width * 3 / 4}) {
      for (int c = 0; c < 3; ++c) {
        values.push_back(image.pixels[(static_cast<std::size_t>(y) * image.width + x) * 3 + c] /
                         128);
      }
    }
  }
  return values;
}

TEST(ImageCodecTest, LosslessFormatsGiveBackEveryPixel) {
  for (const char* extension : {".png", ".bmp", ".webp"}) {
    const Image image = test::noise_image(20, 13, 3, 1);
    expect_near(decode_image(test::encode_as(image, extension), "x"), image, 0);
  }
  for (const int channels : {1, 4}) {
    const Image image = test::noise_image(20, 13, channels, 2);
    expect_near(decode_image(test::encode_as(image, ".png"), "x"), image, 0);
  }
}

TEST(ImageCodecTest, JpegInColourGreyAndProgressive) {
  const Image colour = test::solid_image(20, 13, {200, 100, 50});
  expect_near(decode_image(test::encode_as(colour, ".jpg"), "x"), colour, 3);
  expect_near(decode_image(test::encode_progressive_jpeg(colour), "x"), colour, 3);
  const Image grey = test::solid_image(20, 13, {90});
  expect_near(decode_image(test::encode_as(grey, ".jpg"), "x"), grey, 1);
}

TEST(ImageCodecTest, JpegOfFourInks) {
  expect_near(decode_image(from_hex(kYcckJpeg), "x"), test::solid_image(8, 8, {255, 0, 0}), 3);
}

class OrientationTest : public ::testing::TestWithParam<int> {};

TEST_P(OrientationTest, GivesTheUprightPicture) {
  const Image upright = test::quadrant_image(48, 32);
  const Bytes jpeg =
      test::with_exif(test::encode_as(test::stored_with_orientation(upright, GetParam()), ".jpg"),
                      static_cast<std::uint8_t>(GetParam()));
  const Image decoded = decode_image(jpeg, "x");
  ASSERT_EQ(decoded.width, 48);
  ASSERT_EQ(decoded.height, 32);
  EXPECT_EQ(quadrant_centres(decoded), quadrant_centres(upright));
}

INSTANTIATE_TEST_SUITE_P(Exif, OrientationTest, ::testing::Range(1, 9));

TEST(ImageCodecTest, SixteenBitsAreScaledToEight) {
  // Grey 0, 257 * 77, 65535 and, rounded to nearest, 257 * 77 + 129.
  const Bytes grey = test::make_png({.width = 4,
                                     .height = 1,
                                     .bit_depth = 16,
                                     .colour_type = 0,
                                     .extra = {},
                                     .scanlines = to_bytes({0, 0, 0, 77, 77, 255, 255, 77, 206})});
  EXPECT_THAT(decode_image(grey, "x").pixels, ElementsAre(0, 77, 255, 78));
  const Bytes rgb = test::make_png({.width = 1,
                                    .height = 1,
                                    .bit_depth = 16,
                                    .colour_type = 2,
                                    .extra = {},
                                    .scanlines = to_bytes({0, 10, 10, 20, 20, 30, 30})});
  EXPECT_THAT(decode_image(rgb, "x").pixels, ElementsAre(10, 20, 30));
}

TEST(ImageCodecTest, OneBitIsBlackAndWhite) {
  const Bytes png = test::make_png({.width = 10,
                                    .height = 1,
                                    .bit_depth = 1,
                                    .colour_type = 0,
                                    .extra = {},
                                    .scanlines = to_bytes({0, 0b10100000, 0b01000000})});
  EXPECT_THAT(decode_image(png, "x").pixels, ElementsAre(255, 0, 255, 0, 0, 0, 0, 0, 0, 255));
}

TEST(ImageCodecTest, GreyWithAlphaBecomesRgba) {
  const Bytes png = test::make_png({.width = 2,
                                    .height = 1,
                                    .bit_depth = 8,
                                    .colour_type = 4,
                                    .extra = {},
                                    .scanlines = to_bytes({0, 50, 255, 60, 7})});
  const Image image = decode_image(png, "x");
  EXPECT_EQ(image.channels, 4);
  EXPECT_THAT(image.pixels, ElementsAre(50, 50, 50, 255, 60, 60, 60, 7));
}

TEST(ImageCodecTest, RefusesWhatIsNoImage) {
  EXPECT_THAT(refusal_of({}), AllOf(HasSubstr("picture.png"), HasSubstr("empty")));
  EXPECT_THAT(refusal_of(to_bytes("Dear diary, today I renamed a text file.")),
              AllOf(HasSubstr("picture.png"), HasSubstr("no PNG, JPEG, WebP,")));
}

// Formats that OpenCV, GDAL or GDCM would try.
TEST(ImageCodecTest, OtherFormatsNeverReachADecoder) {
  for (const std::string_view start :
       {std::string_view("GIF88a"), std::string_view("II+\x01", 4), std::string_view("v/1\x01"),
        std::string_view("#?RADIANCE"), std::string_view("\0\0\0\x0CjP  ", 8),
        std::string_view("P6\n2 2\n255\n"), std::string_view("NITF02.10")}) {
    Bytes bytes = to_bytes(start);
    bytes.resize(200);
    EXPECT_THAT(refusal_of(bytes), HasSubstr("judged by its first bytes"));
  }
}

TEST(ImageCodecTest, ColoursAreDividedByAlpha) {
  test::TiffParts tiff{.width = 1, .height = 1, .samples = 4};
  tiff.chunks = {to_bytes({100, 50, 0, 128})};
  tiff.more = {{338, {1}}};
  EXPECT_THAT(decode_image(test::make_tiff(tiff), "x").pixels, ElementsAre(199, 100, 0, 128));
}

TEST(ImageCodecTest, RefusesTruncatedFiles) {
  const Image image = test::noise_image(60, 40, 3, 1);
  for (const char* extension : {".png", ".jpg", ".bmp", ".webp"}) {
    const Bytes whole = test::encode_as(image, extension);
    for (const std::size_t length :
         {std::size_t{3}, std::size_t{8}, std::size_t{20}, whole.size() / 2, whole.size() - 40}) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_THAT(refusal_of(cut),
                  AllOf(HasSubstr("picture.png"),
                        ::testing::AnyOf(HasSubstr("truncated"), HasSubstr("first bytes"))))
          << extension << " cut to " << length;
    }
  }
}

TEST(ImageCodecTest, TrailingBytesAreIgnored) {
  for (const char* extension : {".png", ".jpg", ".bmp", ".webp"}) {
    Bytes file = test::encode_as(test::solid_image(20, 13, {9, 99, 199}), extension);
    test::append(file, to_bytes("and a second file behind the first"));
    EXPECT_EQ(decode_image(file, "x").width, 20) << extension;
  }
}

TEST(ImageCodecTest, RefusesDamagedPixels) {
  Bytes png = test::encode_as(test::noise_image(60, 40, 3, 1), ".png");
  png[png.size() / 2] ^= std::byte{0xFF};
  EXPECT_THAT(refusal_of(png), AllOf(HasSubstr("picture.png"), HasSubstr("damaged")));
}

TEST(ImageCodecTest, RefusesAPngBombQuicklyAndWithoutTheMemory) {
  const Bytes bomb = test::make_png_bomb(30000, 30000);
  EXPECT_LT(bomb.size(), 120U * 1024);
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const std::clock_t start = std::clock();
  EXPECT_THAT(refusal_of(bomb), AllOf(HasSubstr("30000 x 30000"), HasSubstr("16384")));
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC / 2) << "of the CPU";
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 50L * 1024);  // KiB
}

TEST(ImageCodecTest, MutatedFilesGiveAnImageOrAnError) {
  const Image image = test::noise_image(40, 30, 3, 1);
  std::mt19937 random(3);
  ::testing::internal::CaptureStderr();
  for (const char* extension : {".png", ".jpg", ".bmp", ".webp"}) {
    const Bytes whole = test::encode_as(image, extension);
    for (int trial = 0; trial < 500; ++trial) {
      Bytes mutant = whole;
      for (int i = 0; i < 3; ++i) {
        const std::size_t at = random() % (trial % 2 == 0 ? 100 : mutant.size());
        mutant[at] = static_cast<std::byte>(random());
      }
      try {
        const Image decoded = decode_image(mutant, "x", {.max_pixels = 1 << 20});
        EXPECT_EQ(decoded.pixels.size(),
                  static_cast<std::size_t>(decoded.width) * decoded.height * decoded.channels);
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::kBadInput) << e.what();
      }
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(ImageCodecTest, HoldsEveryLimit) {
  const Bytes png = test::encode_as(test::noise_image(20, 13, 3, 1), ".png");
  const auto with = [&](const ImageLimits& limits) {
    return refusal([&] { decode_image(png, "x", limits); });
  };
  EXPECT_THAT(with({.max_side = 19}), HasSubstr("the limit is 19 per side"));
  EXPECT_THAT(with({.max_pixels = 259}), HasSubstr("the limit is 259"));
  EXPECT_THAT(with({.max_file_bytes = png.size() - 1}), HasSubstr("bytes"));
  EXPECT_NO_THROW(
      decode_image(png, "x", {.max_file_bytes = png.size(), .max_pixels = 260, .max_side = 20}));
}

TEST(ImageCodecTest, SniffsTheFormat) {
  const Image image = test::noise_image(5, 4, 3, 1);
  EXPECT_EQ(sniff_image_format(test::encode_as(image, ".png")), ImageFormat::kPng);
  EXPECT_EQ(sniff_image_format(test::encode_as(image, ".jpg")), ImageFormat::kJpeg);
  EXPECT_EQ(sniff_image_format(test::encode_as(image, ".bmp")), ImageFormat::kBmp);
  EXPECT_EQ(sniff_image_format(test::encode_as(image, ".webp")), ImageFormat::kWebp);
  for (const char* text : {"", "G", "GIF88a..........", "II*", "just text", "RIFF    WAVEfmt ",
                           "\x89PNG\n", "\xFF\xD8"}) {
    EXPECT_FALSE(sniff_image_format(to_bytes(text))) << text;
  }
}

TEST(ImageCodecTest, ATruncatedThumbnailIsNotTheImage) {
  const Bytes jpeg = test::encode_as(test::noise_image(20, 13, 3, 1), ".jpg");
  const Bytes thumbnail = test::encode_as(test::noise_image(8, 6, 3, 2), ".jpg");
  Bytes file = test::with_exif(jpeg, 1, thumbnail);
  EXPECT_EQ(decode_image(file, "x").width, 20);
  file.resize(file.size() - (jpeg.size() - 2));
  EXPECT_THAT(refusal_of(file), HasSubstr("truncated"));
}

TEST(ImageCodecTest, EncodesPngAndLeavesTheImageAlone) {
  for (const int channels : {1, 3, 4}) {
    const Image image = test::noise_image(17, 11, channels, 5);
    const Image before = image;
    const Bytes png = encode_png(image);
    EXPECT_EQ(image.pixels, before.pixels);
    expect_near(decode_image(png, "x"), before, 0);
  }
  EXPECT_THROW(encode_png(Image{}), Error);
}

TEST(ImageCodecTest, KnowsImageExtensions) {
  for (const char* name : {"a.png", "b.JPG", "c.JpEg", "d.bmp", "folder/e.WEBP", "f.jfif", "g.JPE",
                           "h.gif", "i.TIF", "j.tiff", "k.heic", "l.AVIF", "m.HIF"}) {
    EXPECT_TRUE(has_image_extension(name)) << name;
  }
  for (const char* name : {"a", ".png", "a.gift", "a.png.txt", "png", "a.", ""}) {
    EXPECT_FALSE(has_image_extension(name)) << name;
  }
}

class LoadImageTest : public ::testing::Test {
 protected:
  SourceImage load(const Bytes& bytes, const std::string& name) const {
    write(folder_ / name, bytes);
    return load_image(folder_ / name);
  }

  test::TemporaryFolder folder_;
};

TEST_F(LoadImageTest, ASmallFileIsItsOwnThumbnail) {
  const Bytes png = test::encode_as(test::noise_image(20, 13, 3, 1), ".png");
  const SourceImage loaded = load(png, "small.png");
  EXPECT_EQ(loaded.thumbnail, png);
  EXPECT_EQ(loaded.image.width, 20);
  EXPECT_EQ(loaded.digest, sha256(png));
}

TEST_F(LoadImageTest, ATiffIsNot) {
  const Bytes tiff = test::make_tiff(
      {.width = 2, .height = 1, .samples = 1, .colours = 1, .chunks = {to_bytes({10, 20})}});
  EXPECT_EQ(sniff_image_format(load(tiff, "small.tif").thumbnail), ImageFormat::kJpeg);
}

TEST_F(LoadImageTest, ALargeImageIsShrunkForItsThumbnail) {
  for (const int side : {150, 601}) {  // the second is halved on the way
    const Bytes png = test::encode_as(test::quadrant_image(2 * side, side), ".png");
    const SourceImage loaded = load(png, "big.png");
    const Image small = decode_image(loaded.thumbnail, "thumbnail");
    EXPECT_TRUE(small.width == 64 && small.height == 32) << small.width;
    EXPECT_EQ(quadrant_centres(small), quadrant_centres(loaded.image));
  }
}

TEST_F(LoadImageTest, AThinImageKeepsAPixelInItsThumbnail) {
  const SourceImage loaded =
      load(test::encode_as(test::solid_image(1000, 2, {1, 2, 3}), ".png"), "x");
  const Image thumbnail = decode_image(loaded.thumbnail, "thumbnail");
  EXPECT_EQ(thumbnail.width, 64);
  EXPECT_EQ(thumbnail.height, 1);
}

TEST_F(LoadImageTest, ASmallImageInALargeFileIsNotEnlarged) {
  Bytes png = test::encode_as(test::noise_image(30, 20, 3, 1), ".png");
  png.resize(20000);
  const Image thumbnail = decode_image(load(png, "padded.png").thumbnail, "thumbnail");
  EXPECT_EQ(thumbnail.width, 30);
  EXPECT_EQ(thumbnail.height, 20);
}

TEST_F(LoadImageTest, TheSourceIsAbsoluteAndPlain) {
  write(folder_ / "a.png", test::encode_as(test::noise_image(4, 4, 3, 1), ".png"));
  std::filesystem::create_directory(folder_ / "sub");
  EXPECT_EQ(load_image(folder_ / "sub/../a.png").source, (folder_ / "a.png").string());
  const auto relative = std::filesystem::relative(folder_ / "a.png");
  ASSERT_TRUE(relative.is_relative());
  EXPECT_EQ(load_image(relative).source, (folder_ / "a.png").string());
}

TEST_F(LoadImageTest, NamesTheFileThatItCannotUse) {
  const std::string missing =
      refusal([&] { load_image(folder_ / "missing.png"); }, ErrorCode::kNotFound);
  EXPECT_THAT(missing, HasSubstr("missing.png"));
  EXPECT_THAT(refusal([&] { load_image(folder_.path()); }), HasSubstr("a folder"));
  EXPECT_THAT(refusal([&] { load({}, "nothing.png"); }),
              AllOf(HasSubstr("nothing.png"), HasSubstr("empty")));
  ASSERT_EQ(::mkfifo((folder_ / "pipe.png").c_str(), 0600), 0);
  EXPECT_THAT(refusal([&] { load_image(folder_ / "pipe.png"); }), HasSubstr("FIFO"));
  EXPECT_THAT(refusal([&] { load_image("/dev/zero"); }), HasSubstr("a device"));
}

TEST_F(LoadImageTest, RefusesALargeFileUnread) {
  write(folder_ / "sparse.png", {});
  std::filesystem::resize_file(folder_ / "sparse.png", std::uintmax_t{8} << 30);
  EXPECT_THAT(refusal([&] { load_image(folder_ / "sparse.png"); }),
              AllOf(HasSubstr("sparse.png"), HasSubstr("limit")));
}

}  // namespace
}  // namespace simdb
