#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include "core/file_io.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/heif_message_internal.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/script_test.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::append;
using test::Bytes;
using test::to_bytes;
using ::testing::AllOf;
using ::testing::HasSubstr;

Bytes file(const std::string& name) { return read_file(fs::path(SIMDB_HEIF) / name, 1 << 20); }

Image decoded(const Bytes& heif, const ImageLimits& limits = {}) {
  return decode_image(heif, "some picture", limits);
}

std::string refusal(const Bytes& heif, const ImageLimits& limits = {}) {
  const Error error = test::error_of([&] { decoded(heif, limits); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
  EXPECT_THAT(error.what(), HasSubstr("can't use some picture: "));
  return error.what();
}

std::size_t place_of(const Bytes& heif, std::string_view name) {
  const Bytes wanted = to_bytes(name);
  const auto found = std::ranges::search(heif, wanted);
  EXPECT_FALSE(found.empty()) << name;
  return static_cast<std::size_t>(found.begin() - heif.begin());
}

// With another size in the box that tells it.
Bytes of_size(Bytes heif, std::uint32_t width, std::uint32_t height) {
  const std::size_t at = place_of(heif, "ispe") + 8;
  for (std::size_t i = 0; i < 4; ++i) {
    heif[at + i] = static_cast<std::byte>(width >> (24 - 8 * i));
    heif[at + 4 + i] = static_cast<std::byte>(height >> (24 - 8 * i));
  }
  return heif;
}

// Pictures that libheif decodes.
class HeifDecoderTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!SIMDB_WITH_LIBHEIF) GTEST_SKIP() << "built without libheif";
  }
};

TEST_F(HeifDecoderTest, ReadsWhatOtherProgramsReadToo) {
  constexpr int kLevels = 2;
  std::set<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(SIMDB_HEIF)) {
    if (entry.is_regular_file() &&
        sniff_image_format(file(entry.path().filename())) == ImageFormat::kHeif)
      paths.insert(entry.path());
  }
  ASSERT_GE(paths.size(), 25U);
  for (const fs::path& path : paths) {
    const std::string name = path.filename();
    const Image image = decoded(file(name));
    const Image expected = decode_image(file(name + ".png"), name);
    ASSERT_EQ(image.width, expected.width) << name;
    ASSERT_EQ(image.height, expected.height) << name;
    EXPECT_EQ(image.channels == 4, expected.channels == 4) << name;
    int worst = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      // Grey is RGB here, and colours that nobody sees may be any.
      const bool is_seen = image.channels != 4 || image.pixels[i / 4 * 4 + 3] > 0;
      const std::uint8_t wanted = expected.pixels[expected.channels == 1 ? i / 3 : i];
      if (is_seen) worst = std::max(worst, std::abs(image.pixels[i] - wanted));
    }
    EXPECT_LE(worst, kLevels) << name;
  }
}

TEST_F(HeifDecoderTest, ExifHasNoSay) {
  EXPECT_EQ(decoded(file("exif-says-turned.heic")).pixels,
            decoded(file("halved-colours.heic")).pixels);
  EXPECT_EQ(decoded(file("exif-contradicts.heic")).pixels, decoded(file("turned-3.heic")).pixels);
}

TEST_F(HeifDecoderTest, ATruncatedFileIsRefused) {
  for (const std::string name : {"phone.heic", "alpha.heic", "10-bits.avif"}) {
    const Bytes whole = file(name);
    const std::size_t step = whole.size() / 40 + 1;
    for (std::size_t length = 12; length < whole.size(); length += step) {
      refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    }
    refusal(Bytes(whole.begin(), whole.end() - 1));
  }
}

TEST_F(HeifDecoderTest, DamageIsHarmless) {
  std::mt19937 random(7);
  int refused = 0;
  for (const std::string name : {"phone.heic", "alpha.heic", "alpha.avif", "sequence.avif"}) {
    const Bytes whole = file(name);
    for (int trial = 0; trial < 40; ++trial) {
      Bytes mutant = whole;
      mutant[32 + random() % (whole.size() - 32)] ^= static_cast<std::byte>(1U << random() % 8);
      try {
        const Image image = decoded(mutant);
        EXPECT_EQ(image.pixels.size(),
                  static_cast<std::size_t>(image.width) * image.height * image.channels);
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::kBadInput) << e.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 10);
}

TEST_F(HeifDecoderTest, ASizeThatIsNotThePicturesIsRefused) {
  for (const std::string name : {"halved-colours.heic", "halved-colours.avif"}) {
    EXPECT_THAT(refusal(of_size(file(name), 30000, 30000)),
                AllOf(HasSubstr("30000 x 30000"), HasSubstr("16384")));
    EXPECT_THAT(refusal(of_size(file(name), 16000, 16000)), HasSubstr("16000 x 16000"));
    refusal(of_size(file(name), 0xFFFFFFFF, 0xFFFFFFFF));
    refusal(of_size(file(name), 4000, 3000));
    refusal(of_size(file(name), 0, 0));
  }
}

TEST_F(HeifDecoderTest, HoldsEveryLimit) {
  const Bytes heif = file("phone.heic");  // 150 x 200
  EXPECT_THAT(refusal(heif, {.max_side = 199}), HasSubstr("the limit is 199 per side"));
  EXPECT_THAT(refusal(heif, {.max_pixels = 29999}), HasSubstr("the limit is 29999"));
  EXPECT_THAT(refusal(heif, {.max_memory_bytes = 100'000}), HasSubstr("too much memory"));
  EXPECT_THAT(refusal(heif, {.max_seconds = 0}), HasSubstr("takes too long"));
  EXPECT_EQ(decoded(heif, {.max_pixels = 30000, .max_side = 200}).width, 150);
}

TEST_F(HeifDecoderTest, TheNameOfTheFileHasNoSayAndItIsNotItsOwnThumbnail) {
  const test::TemporaryFolder folder;
  fs::copy_file(fs::path(SIMDB_HEIF) / "turned-1.heic", folder / "renamed.jpg");
  const SourceImage loaded = load_image(folder / "renamed.jpg");
  EXPECT_EQ(loaded.image.width, 96);
  EXPECT_EQ(sniff_image_format(loaded.thumbnail), ImageFormat::kJpeg);
}

// What a program in the place of simdb-decode-heif may do.
class HeifAnswerTest : public test::ScriptTest {
 protected:
  StoredImage run(const fs::path& program, const ImageLimits& limits = {}) const {
    const Bytes heif = to_bytes("\x7F...ftypheic....mif1heic");
    DecodeBudget budget(limits, heif.size());
    return decode_heif(heif, budget, program);
  }
  std::string refusal(const std::string& commands, const ImageLimits& limits = {}) const {
    try {
      run(program(commands), limits);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    ADD_FAILURE() << "no error";
    return {};
  }
  // A program that says these messages, each with bytes behind it.
  std::string saying(const std::vector<std::pair<HeifMessage, Bytes>>& messages) const {
    Bytes all;
    for (const auto& [message, bytes] : messages) {
      append(all, std::as_bytes(std::span(&message, 1)));
      append(all, bytes);
    }
    std::ofstream(folder_ / "said", std::ios::binary)
        .write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
    return "cat " + (folder_ / "said").string();
  }
};

HeifMessage header(std::uint32_t width, std::uint32_t height, std::uint32_t channels) {
  return {.word = HeifWord::kHeader, .width = width, .height = height, .channels = channels};
}

HeifMessage text(HeifWord word, std::uint64_t bytes) { return {.word = word, .bytes = bytes}; }

TEST_F(HeifAnswerTest, GivesThePicture) {
  HeifMessage start = header(2, 1, 4);
  start.premultiplied = 1;
  start.bytes = 3;
  const StoredImage stored =
      run(program(saying({{start, to_bytes("icc")},
                          {text(HeifWord::kPixels, 8), to_bytes({1, 2, 3, 4, 5, 6, 7, 8})}})));
  EXPECT_EQ(stored.image.width, 2);
  EXPECT_THAT(stored.image.pixels, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(stored.profile, to_bytes("icc"));
  EXPECT_TRUE(stored.is_premultiplied);
  EXPECT_EQ(stored.orientation, 1);
}

TEST_F(HeifAnswerTest, NothingIsBelieved) {
  const HeifMessage good = header(2, 1, 3);
  const Bytes pixels(6);
  const auto damaged = HasSubstr("it is damaged");
  EXPECT_THAT(refusal("exit 0"), damaged);
  EXPECT_THAT(refusal("echo something longer than a message, which makes no sense at all"),
              damaged);
  EXPECT_THAT(refusal(saying({{header(2, 1, 2), {}}})), damaged);
  EXPECT_THAT(refusal(saying({{header(0, 1, 3), {}}})), damaged);
  EXPECT_THAT(refusal(saying({{good, {}}})), damaged);
  EXPECT_THAT(refusal(saying({{good, {}}, {good, {}}})), damaged);
  EXPECT_THAT(refusal(saying({{text(HeifWord::kPixels, 6), pixels}})), damaged);
  EXPECT_THAT(refusal(saying({{good, {}}, {text(HeifWord::kPixels, 7), Bytes(7)}})), damaged);
  EXPECT_THAT(refusal(saying({{good, {}}, {text(HeifWord::kPixels, 6), Bytes(5)}})), damaged);
  HeifMessage endless = good;
  endless.bytes = std::uint64_t{1} << 60;
  EXPECT_THAT(refusal(saying({{endless, {}}})), damaged);
  EXPECT_THAT(refusal(saying({{header(0xFFFFFFFF, 0xFFFFFFFF, 4), {}}})),
              HasSubstr("4294967295 x 4294967295 pixels, the limit"));
  EXPECT_THAT(refusal(saying({{header(11000, 6000, 4), {}}})), HasSubstr("too much memory"));
}

TEST_F(HeifAnswerTest, TellsWhyThereIsNoPicture) {
  EXPECT_THAT(refusal(saying({{text(HeifWord::kOutOfMemory, 0), {}}})),
              HasSubstr("too much memory"));
  EXPECT_THAT(refusal(saying({{text(HeifWord::kNoDecoder, 0), {}}})),
              AllOf(HasSubstr("it is HEIC"), HasSubstr("libheif-plugin-libde265")));
  EXPECT_EQ(refusal(saying({{text(HeifWord::kRefused, 12), to_bytes("no\x1b[31m\xFF pic ")}})),
            "libheif can't decode it: no [31m  pic");
  Bytes endless(1 << 16, std::byte{'x'});
  EXPECT_LT(refusal(saying({{text(HeifWord::kRefused, endless.size()), endless}})).size(), 400U);
  EXPECT_THAT(refusal("exit 127"), AllOf(HasSubstr("it is HEIC"), HasSubstr("Debian: libheif1")));
  EXPECT_THAT(refusal("kill -SEGV $$"), HasSubstr("crashes (signal 11)"));
  EXPECT_THAT(refusal("kill -XCPU $$"), HasSubstr("takes too long"));
  EXPECT_THAT(refusal("while :; do :; done", {.max_seconds = 0.2}),
              HasSubstr("the limit is 0.2 s"));
  const Error error = test::error_of([&] {
    try {
      run(folder_ / "nothing");
    } catch (const std::runtime_error& e) {
      throw Error(ErrorCode::kBadInput, e.what());
    }
  });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("it is HEIC"), HasSubstr("scripts/setup.sh"),
                                  HasSubstr("heif-convert")));
}

TEST_F(HeifAnswerTest, TheTimeOfTheProgramCounts) {
  const Bytes heif = to_bytes("\x7F...ftypheic");
  const std::string busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; ";
  DecodeBudget budget({.max_seconds = 30}, heif.size());
  const auto before = std::chrono::steady_clock::now();
  decode_heif(
      heif, budget,
      program(busy + saying({{header(1, 1, 3), {}}, {text(HeifWord::kPixels, 3), Bytes(3)}})));
  EXPECT_FALSE(budget.is_late());
  EXPECT_TRUE(budget.is_late(29.99));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(29));
}

TEST(HeifNameTest, IsThatOfTheFirstBrandThatSaysMoreThanHeif) {
  EXPECT_EQ(heif_name(to_bytes("\x7F...ftypmif1....mif1avif")), "AVIF");
  EXPECT_EQ(heif_name(to_bytes("\x7F...ftypmsf1....hevsmsf1")), "HEIC");
  EXPECT_EQ(heif_name(to_bytes("\x7F...ftypmif1....miafMiHB")), "HEIF");
  EXPECT_EQ(heif_name(to_bytes("\x7F...ftypisom....mp41avc1")), std::nullopt);
  EXPECT_EQ(heif_name(to_bytes("\x7F...moovheic")), std::nullopt);
  EXPECT_EQ(heif_name({}), std::nullopt);
}

}  // namespace
}  // namespace simdb
