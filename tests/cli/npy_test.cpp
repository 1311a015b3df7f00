#include "cli/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

namespace simdb::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Npy, WritesTheFormatOfNumpy) {
  EmbeddingBatch rows(16);
  std::vector<float> raw(16, 1);
  rows.append_normalized(raw);
  raw[0] = -3;
  rows.append_normalized(raw);
  const std::vector<std::byte> bytes = to_npy(rows);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());

  EXPECT_THAT(text, StartsWith(std::string("\x93NUMPY\x01\x00", 8)));
  const std::size_t header =
      static_cast<unsigned char>(text[8]) + 256U * static_cast<unsigned char>(text[9]);
  const std::size_t data = 10 + header;
  EXPECT_EQ(data % 64, 0U);
  EXPECT_THAT(text.substr(10, header),
              HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 16), }"));
  EXPECT_THAT(text.substr(10, header), EndsWith("\n"));
  ASSERT_EQ(bytes.size() - data, 2 * 16 * sizeof(float));
  EXPECT_EQ(std::memcmp(bytes.data() + data, rows.values().data(), bytes.size() - data), 0);
}

TEST(Npy, DescribesOtherTypesAndShapes) {
  const std::string header = npy_header("<i8", std::array<std::size_t, 1>{5});
  EXPECT_EQ(header.size() % 64, 0U);
  EXPECT_THAT(header, HasSubstr("{'descr': '<i8', 'fortran_order': False, 'shape': (5,), }"));
}

TEST(Npy, AnEmptyArrayIsStillAnArray) {
  const std::vector<std::byte> bytes = to_npy(EmbeddingBatch(32));
  EXPECT_EQ(bytes.size() % 64, 0U);
  EXPECT_THAT(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
              HasSubstr("(0, 32)"));
}

}  // namespace
}  // namespace simdb::cli
