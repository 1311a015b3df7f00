#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/tiff_directory_internal.h"
#include "tests/support/hostile_images.h"

namespace simdb {
namespace {

using test::Bytes;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(TiffDirectoryTest, SumsWhatEntriesHold) {
  test::TiffParts parts{.width = 2, .height = 1, .chunks = {Bytes(6)}};
  for (const bool big_endian : {false, true}) {
    parts.big_endian = big_endian;
    // Six numbers of 32 bits or less, of 16: three bits per sample and three more.
    EXPECT_EQ(tiff_directory_bytes(test::make_tiff(parts)), 5U * 4 + 6 * 2);
  }
}

TEST(TiffDirectoryTest, RefusesEntriesThatShareTheirData) {
  test::TiffParts parts{.width = 2, .height = 1, .chunks = {Bytes(6000)}};
  parts.shared_entries = 1;
  EXPECT_NO_THROW(tiff_directory_bytes(test::make_tiff(parts)));
  parts.shared_entries = 2;
  EXPECT_THAT([&] { tiff_directory_bytes(test::make_tiff(parts)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("more than the file")));
}

TEST(TiffDirectoryTest, RefusesOneThatLeavesTheFile) {
  const Bytes tiff = test::make_tiff({.width = 2, .height = 1, .chunks = {Bytes(6)}});
  for (std::size_t length = 0; length < tiff.size() - 8; ++length) {
    EXPECT_THAT([&] { tiff_directory_bytes(std::span(tiff).first(length)); },
                ThrowsMessage<std::runtime_error>(HasSubstr("truncated")))
        << length;
  }
}

}  // namespace
}  // namespace simdb
