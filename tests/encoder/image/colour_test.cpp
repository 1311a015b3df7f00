#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lcms2.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "encoder/image/colour_internal.h"
#include "simdb/image_codec.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using test::Bytes;
using Samples = ToSrgb::Samples;
using Values = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::Pointwise;

Bytes saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  Bytes bytes(size);
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  return bytes;
}

Bytes rgb_profile(const cmsCIExyYTRIPLE& primaries, double gamma) {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  cmsToneCurve* curves[] = {curve, curve, curve};
  Bytes bytes = saved(cmsCreateRGBProfile(&white, &primaries, curves));
  cmsFreeToneCurve(curve);
  return bytes;
}

Bytes grey_profile(double gamma) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  Bytes bytes = saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return bytes;
}

const cmsCIExyYTRIPLE kAdobe = {{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
const cmsCIExyYTRIPLE kSrgb = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};

Values converted(const ToSrgb& to_srgb, const Values& from, std::size_t channels) {
  Values to(from.size());
  to_srgb.apply(from.data(), to.data(), from.size() / channels);
  return to;
}

MATCHER_P(IsWithin, levels, "") {
  return std::abs(int{std::get<0>(arg)} - int{std::get<1>(arg)}) <= levels;
}

// sRGB's own curve, straight below a threshold.
double srgb_encoded(double light) {
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}

// Adobe RGB (1998) differs from sRGB in its green and in its curve, so that neutral colours and
// those without green can be worked out by hand.
TEST(ToSrgbTest, BringsAdobeRgbToSrgb) {
  const ToSrgb to_srgb(rgb_profile(kAdobe, 563.0 / 256), Samples::kRgb);
  ASSERT_TRUE(to_srgb.does_something());
  const auto grey =
      static_cast<std::uint8_t>(std::lround(srgb_encoded(std::pow(100 / 255.0, 563.0 / 256))));
  EXPECT_THAT(converted(to_srgb, {255, 255, 255, 0, 0, 0, 100, 100, 100, 0, 255, 0}, 3),
              Pointwise(IsWithin(1), Values{255, 255, 255, 0, 0, 0, grey, grey, grey, 0, 255, 0}));
  // A green of middle strength lies outside sRGB: no red is left of it.
  const Values green = converted(to_srgb, {60, 180, 60}, 3);
  EXPECT_EQ(green[0], 0);
  EXPECT_GT(green[1], 175);
}

TEST(ToSrgbTest, LeavesAlphaAlone) {
  const ToSrgb to_srgb(rgb_profile(kAdobe, 1.8), Samples::kRgba);
  ASSERT_TRUE(to_srgb.does_something());
  const Values to = converted(to_srgb, {100, 100, 100, 7, 50, 50, 50, 255}, 4);
  EXPECT_GT(to[0], 105);
  EXPECT_EQ(to[3], 7);
  EXPECT_EQ(to[7], 255);
}

TEST(ToSrgbTest, BringsGreyToSrgbsCurve) {
  const ToSrgb to_srgb(grey_profile(1.0), Samples::kGrey);
  ASSERT_TRUE(to_srgb.does_something());
  const auto expected = [](int value) {
    return static_cast<std::uint8_t>(std::lround(srgb_encoded(value / 255.0)));
  };
  EXPECT_THAT(converted(to_srgb, {0, 20, 128, 255}, 1),
              Pointwise(IsWithin(1), Values{0, expected(20), expected(128), 255}));
}

TEST(ToSrgbTest, DoesNothingForWhatIsSrgbOrCantBeUsed) {
  const Bytes adobe = rgb_profile(kAdobe, 2.2);
  const auto does_something = [](std::span<const std::byte> profile, Samples samples) {
    return ToSrgb(profile, samples).does_something();
  };
  EXPECT_TRUE(does_something(adobe, Samples::kRgb));
  EXPECT_FALSE(does_something({}, Samples::kRgb));
  EXPECT_FALSE(does_something(saved(cmsCreate_sRGBProfile()), Samples::kRgb));
  EXPECT_FALSE(does_something(adobe, Samples::kGrey));
  EXPECT_FALSE(does_something(adobe, Samples::kInks));
  EXPECT_FALSE(does_something(grey_profile(1.0), Samples::kRgb));
  EXPECT_FALSE(does_something(std::span(adobe).first(adobe.size() / 2), Samples::kRgb));
  EXPECT_FALSE(does_something(Bytes(kMostProfileBytes + 1), Samples::kRgb));
  EXPECT_FALSE(does_something(saved(cmsCreateLab4Profile(nullptr)), Samples::kRgb));
}

TEST(ToSrgbTest, DamageIsHarmless) {
  const Bytes whole = rgb_profile(kSrgb, 1.8);
  for (std::size_t at = 0; at < whole.size(); at += 2) {
    Bytes damaged = whole;
    damaged[at] = at % 4 == 0 ? std::byte{0xFF} : std::byte{0};
    const ToSrgb to_srgb(damaged, Samples::kRgb);
    if (to_srgb.does_something()) converted(to_srgb, {1, 2, 3}, 3);
  }
}

// A CMYK profile of a few bytes whose table would have 80 x 80 x 80 x 80 colours: 246 MB, which
// lcms clears before it sees that they are missing.
Bytes greedy_profile() {
  const auto number = [](std::uint32_t value) {
    return test::to_bytes({static_cast<int>(value >> 24), static_cast<int>(value >> 16 & 255),
                           static_cast<int>(value >> 8 & 255), static_cast<int>(value & 255)});
  };
  Bytes table = test::to_bytes("mft2");
  table.resize(8);
  test::append(table, test::to_bytes({4, 3, 80, 0}));
  for (int i = 0; i < 9; ++i) test::append(table, number(i % 4 == 0 ? 0x10000 : 0));
  test::append(table, test::to_bytes({0, 2, 0, 2}));  // entries of curves
  for (int ink = 0; ink < 4; ++ink) test::append(table, number(0xFFFF));
  Bytes profile(128);
  const auto put = [&](std::size_t at, const Bytes& bytes) {
    std::copy(bytes.begin(), bytes.end(), profile.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(8, number(0x02200000));
  put(12, test::to_bytes("prtrCMYKLab "));
  put(36, test::to_bytes("acsp"));
  test::append(profile, number(1));
  test::append(profile, test::to_bytes("A2B0"));
  test::append(profile, number(144));
  test::append(profile, number(static_cast<std::uint32_t>(table.size())));
  test::append(profile, table);
  put(0, number(static_cast<std::uint32_t>(profile.size())));
  return profile;
}

TEST(ToSrgbTest, GivesAProfileNoMoreMemoryThanItMayHave) {
  const Bytes profile = greedy_profile();
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_FALSE(ToSrgb(profile, Samples::kInks).does_something());
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64L * 1024);  // KiB
}

TEST(ToSrgbTest, InksWithoutAProfileAreIdeal) {
  Values rgb(6);
  inks_to_rgb(ToSrgb({}, Samples::kInks), Values{255, 255, 255, 255, 255, 128, 0, 100}, rgb.data());
  EXPECT_THAT(rgb, ElementsAre(255, 255, 255, 100, 51, 1));
}

Bytes with_jpeg_profile(const Bytes& jpeg, const Bytes& profile, std::size_t parts) {
  const std::size_t length = (profile.size() + parts - 1) / parts;
  Bytes result(jpeg.begin(), jpeg.begin() + 2);
  for (std::size_t i = parts; i > 0; --i) {  // in any order
    const auto rest = std::span(profile).subspan((i - 1) * length);
    const auto part = rest.first(std::min(length, rest.size()));
    const auto bytes = static_cast<int>(part.size() + 16);
    test::append(result, test::to_bytes({0xFF, 0xE2, bytes >> 8, bytes & 0xFF}));
    test::append(result, test::to_bytes("ICC_PROFILE"));
    test::append(result, test::to_bytes({0, static_cast<int>(i), static_cast<int>(parts)}));
    test::append(result, part);
  }
  test::append(result, std::span(jpeg).subspan(2));
  return result;
}

TEST(ToSrgbTest, AJpegsProfileMayLieInParts) {
  const Bytes profile = rgb_profile(kAdobe, 1.0);
  const Bytes jpeg = test::encode_as(test::solid_image(8, 8, {100, 100, 100}), ".jpg");
  const auto first_value = [](const Bytes& file) { return decode_image(file, "x").pixels[0]; };
  ASSERT_EQ(first_value(jpeg), 100);
  EXPECT_GT(first_value(with_jpeg_profile(jpeg, profile, 1)), 150);
  const Bytes in_parts = with_jpeg_profile(jpeg, profile, 3);
  EXPECT_GT(first_value(in_parts), 150);
  Bytes without_one = in_parts;
  without_one[2 + 4 + 5] ^= std::byte{1};  // its mark
  EXPECT_EQ(first_value(without_one), 100);
}

}  // namespace
}  // namespace simdb
