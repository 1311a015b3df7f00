#include "decisions/calibration_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "index/checksum.h"
#include "tests/decisions/calibration_bytes.h"
#include "tests/decisions/galleries.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::bytes_of;
using test::code_of;
using test::OpenGallery;

class CalibrationFileTest : public ::testing::Test {
 protected:
  CalibrationFileTest() {
    gallery_.add("a", test::random_embeddings(30, 16, 1));
    gallery_.add("b", test::random_embeddings(4, 16, 2));
    calibration_ =
        Calibration::compute(*gallery_, {.group_by = "film", .group_by_folder = false},
                             HeldOutImages{test::random_embeddings(3, 16, 3), {"a", "b", "a"}});
    calibration_->set_estimate({.alpha = 0.05,
                                .accepted = estimated_share(3, 10),
                                .auroc = 0.9,
                                .held_out_rejected = estimated_share(1, 3)});
  }

  // Nothing if the bytes are taken.
  std::optional<ErrorCode> code_of_bytes(std::span<const std::byte> bytes) {
    try {
      parse_calibration(bytes, "file", (*gallery_).encoder_fingerprint(), 16);
      return std::nullopt;
    } catch (const Error& error) {
      return error.code();
    }
  }

  OpenGallery gallery_;
  std::optional<Calibration> calibration_;
};

TEST_F(CalibrationFileTest, ComesBackAsItWas) {
  EXPECT_FALSE(Calibration::load(*gallery_));
  calibration_->save(*gallery_);
  auto loaded = Calibration::load(*gallery_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(bytes_of(*loaded), bytes_of(*calibration_));
  EXPECT_FALSE(loaded->refresh(*gallery_));
  EXPECT_EQ(loaded->choices().group_by, "film");
  EXPECT_EQ(loaded->estimate()->accepted.count, 3U);
  EXPECT_EQ(loaded->estimate()->held_out_rejected->of, 3U);
  gallery_.add("c", test::random_embeddings(4, 16, 5));
  EXPECT_TRUE(loaded->refresh(*gallery_));
  calibration_->refresh(*gallery_);
  EXPECT_EQ(bytes_of(*loaded), bytes_of(*calibration_));
}

TEST_F(CalibrationFileTest, EveryFlippedByteIsNoticed) {
  const std::vector<std::byte> sound = bytes_of(*calibration_);
  ASSERT_EQ(code_of_bytes(sound), std::nullopt);
  for (std::size_t i = 0; i < sound.size(); i += i < 64 ? 1 : 7) {
    std::vector<std::byte> bytes = sound;
    bytes[i] ^= std::byte{0x10};
    EXPECT_TRUE(code_of_bytes(bytes)) << "byte " << i;
  }
}

TEST_F(CalibrationFileTest, EveryMissingEndIsNoticed) {
  std::vector<std::byte> bytes = bytes_of(*calibration_);
  while (!bytes.empty()) {
    bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), 11));
    EXPECT_EQ(code_of_bytes(bytes), ErrorCode::kCorruption) << bytes.size() << " bytes";
  }
}

// Right checksums don't make a body right.
TEST_F(CalibrationFileTest, ABodyThatContradictsItselfIsNoticed) {
  const std::vector<std::byte> sound = bytes_of(*calibration_);
  int refused = 0;
  for (std::size_t i = 40; i < sound.size(); ++i) {
    std::vector<std::byte> bytes = sound;
    bytes[i] = ~bytes[i];
    const auto put = [&](std::size_t at, std::uint64_t value) {
      std::memcpy(bytes.data() + at, &value, sizeof value);
    };
    put(24, checksum_of(std::span(bytes).subspan(40)));
    put(32, checksum_of(std::span(bytes).first(32)));
    const auto code = code_of_bytes(bytes);  // must neither crash nor take all memory
    EXPECT_TRUE(!code || *code == ErrorCode::kCorruption || *code == ErrorCode::kBadInput);
    refused += code ? 1 : 0;
  }
  EXPECT_GT(refused, 100);
}

TEST_F(CalibrationFileTest, ANewerVersionIsRefused) {
  std::vector<std::byte> bytes = bytes_of(*calibration_);
  bytes[12] = std::byte{2};
  const std::uint64_t checksum = checksum_of(std::span(bytes).first(32));
  std::memcpy(bytes.data() + 32, &checksum, sizeof checksum);
  EXPECT_EQ(code_of_bytes(bytes), ErrorCode::kBadInput);
}

TEST_F(CalibrationFileTest, ADamagedFileIsNotLoaded) {
  std::vector<std::byte> bytes = bytes_of(*calibration_);
  bytes.back() ^= std::byte{1};
  (*gallery_).set_sidecar(kCalibrationFile, bytes);
  EXPECT_EQ(code_of([&] { Calibration::load(*gallery_); }), ErrorCode::kCorruption);
}

TEST_F(CalibrationFileTest, BelongsToOneEncoder) {
  const std::vector<std::byte> bytes = bytes_of(*calibration_);
  EXPECT_EQ(code_of([&] { parse_calibration(bytes, "x", std::string(64, '0'), 16); }),
            ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb
