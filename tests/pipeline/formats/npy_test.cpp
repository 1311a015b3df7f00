#include "pipeline/formats/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <sstream>
#include <string>

#include "simdb/error.h"

namespace simdb {
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

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;
};

Matrix read(const std::string& bytes) {
  std::istringstream in(bytes);
  NpyReader reader(in, "m.npy");
  Matrix matrix{reader.rows(), reader.columns(), {}};
  std::vector<float> row(reader.columns());
  while (reader.next(row)) matrix.values.insert(matrix.values.end(), row.begin(), row.end());
  return matrix;
}

std::string header_of(const std::string& type, std::size_t rows, std::size_t columns) {
  return npy_header(type, std::array{rows, columns});
}

TEST(Npy, ReadsWhatItWrites) {
  EmbeddingBatch rows(16);
  std::vector<float> raw(16, 1);
  rows.append_normalized(raw);
  raw[3] = -2;
  rows.append_normalized(raw);
  const std::vector<std::byte> bytes = to_npy(rows);
  const Matrix matrix = read({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  EXPECT_EQ(matrix.rows, 2U);
  EXPECT_EQ(matrix.columns, 16U);
  EXPECT_THAT(matrix.values, testing::ElementsAreArray(rows.values()));
}

TEST(Npy, ReadsHalfPrecision) {
  // 1, -2, 65504 (the largest), 2^-24 (the smallest), 0, 1/3 rounded
  const std::string halves("\x00\x3C\x00\xC0\xFF\x7B\x01\x00\x00\x00\x55\x35", 12);
  const Matrix matrix = read(header_of("<f2", 2, 3) + halves);
  EXPECT_EQ(matrix.columns, 3U);
  EXPECT_THAT(matrix.values, testing::ElementsAre(1, -2, 65504, 0x1p-24F, 0, 0.333251953125F));
}

TEST(Npy, AnArrayOfOneDimensionIsOneRow) {
  const std::string four(16, '\0');
  const Matrix matrix = read(npy_header("<f4", std::array<std::size_t, 1>{4}) + four);
  EXPECT_EQ(matrix.rows, 1U);
  EXPECT_THAT(matrix.values, testing::ElementsAre(0, 0, 0, 0));
}

TEST(Npy, RefusesWhatItDoesNotUnderstand) {
  const auto reason = [](const std::string& bytes) -> std::string {
    try {
      read(bytes);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kBadInput);
      return e.what();
    }
    return "accepted";
  };
  const auto with_shape = [](const std::string& shape) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
  };
  const std::string four(16, '\0');
  EXPECT_EQ(reason(header_of("<f4", 2, 2) + four), "accepted");
  EXPECT_EQ(reason(with_shape("(2, 2)") + four), "accepted");
  EXPECT_THAT(reason({}), HasSubstr("m.npy: it is no .npy file"));
  EXPECT_THAT(reason("PK" + four), HasSubstr("it is no .npy file"));
  EXPECT_THAT(reason(header_of("<f4", 2, 2).substr(0, 40)), HasSubstr("within its header"));
  EXPECT_THAT(reason(header_of("<f8", 1, 2) + four), HasSubstr("astype('<f4')"));
  EXPECT_THAT(reason(header_of(">f4", 2, 2) + four), HasSubstr("neither"));
  std::string columns_first = header_of("<f4", 2, 2);
  columns_first.replace(columns_first.find("False"), 5, "True ");
  EXPECT_THAT(reason(columns_first + four), HasSubstr("ascontiguousarray"));
  for (const char* shape : {"()", "(1, 2, 2)", "(-1, 2)", "(2, 2", "2, 2)", "", "(2x, 2)",
                            "(99999999999999999999, 2)"}) {
    EXPECT_THAT(reason(with_shape(shape) + four), HasSubstr("dimensions")) << shape;
  }
  EXPECT_THAT(reason(header_of("<f4", 2, 3) + four), HasSubstr("ends within row 1"));
  EXPECT_THAT(reason(header_of("<f4", 3, 2) + four), HasSubstr("ends within row 2"));
  EXPECT_THAT(reason(header_of("<f4", 1, 2) + four), HasSubstr("more elements"));
  EXPECT_THAT(reason(header_of("<f4", 0, 2) + four), HasSubstr("more elements"));
  // Would be 4 elements if rows x columns overflowed.
  EXPECT_THAT(reason(header_of("<f4", (1ULL << 63) + 2, 2) + four), HasSubstr("within row 2"));
}

}  // namespace
}  // namespace simdb
