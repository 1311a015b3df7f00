#include "benchmarks/knn_fvecs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

class Fvecs : public testing::Test {
 protected:
  // One vector of an fvecs file, true to its dimension or not.
  static std::string record(std::uint32_t dimension, const std::vector<float>& values) {
    std::string bytes(reinterpret_cast<const char*>(&dimension), sizeof dimension);
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return bytes;
  }

  fs::path file_of(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }

  void expect_refused(const std::string& bytes, const std::string& reason) {
    const Error error = test::error_of([&] { read_fvecs(file_of(bytes)); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(path_.string()), std::string::npos) << error.what();
  }

  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "vectors.fvecs";
  std::vector<float> unit_ = std::vector<float>(16, 0.25F);
};

TEST_F(Fvecs, WhatIsWrittenIsReadBitForBit) {
  const EmbeddingBatch written = test::random_embeddings(100, 32, 3);
  write_fvecs(path_, written);
  EXPECT_EQ(fs::file_size(path_), 100 * (4 + 32 * 4));
  const EmbeddingBatch read = read_fvecs(path_);
  ASSERT_EQ(read.dimension(), 32U);
  ASSERT_EQ(read.rows(), 100U);
  for (std::size_t i = 0; i < written.values().size(); ++i) {
    ASSERT_EQ(read.values()[i], written.values()[i]) << i;
  }
}

TEST_F(Fvecs, OtherLengthsAreScaledToOne) {
  std::vector<float> raw(16, 0.0F);
  raw[3] = 30;
  raw[4] = -40;
  const EmbeddingBatch read = read_fvecs(file_of(record(16, unit_) + record(16, raw)));
  ASSERT_EQ(read.rows(), 2U);
  EXPECT_FLOAT_EQ(read.row(1)[3], 0.6F);
  EXPECT_FLOAT_EQ(read.row(1)[4], -0.8F);
}

TEST_F(Fvecs, DamagedFilesAreRefused) {
  const std::string whole = record(16, unit_);
  expect_refused("", "no vector");
  expect_refused("abc", "no vector");
  expect_refused(whole.substr(0, 40), "vector 0 is cut off");
  expect_refused(whole + whole.substr(0, 67), "vector 1 is cut off");
  expect_refused(whole + "ab", "ends inside");
}

TEST_F(Fvecs, OtherDimensionsAreRefused) {
  expect_refused(record(4097, std::vector<float>(4097, 0.1F)), "dimension 4097");
  expect_refused(record(0, {}), "dimension 0");
  expect_refused(record(0xffffffff, unit_), "dimension 4294967295");
  expect_refused(record(16, unit_) + record(32, std::vector<float>(32, 0.1F)),
                 "vector 1 has dimension 32");
}

TEST_F(Fvecs, ValuesWithoutDirectionAreRefused) {
  std::vector<float> bad = unit_;
  bad[7] = std::numeric_limits<float>::quiet_NaN();
  expect_refused(record(16, unit_) + record(16, bad), "vector 1: ");
  bad[7] = std::numeric_limits<float>::infinity();
  expect_refused(record(16, bad), "vector 0: ");
  expect_refused(record(16, std::vector<float>(16, 0.0F)), "vector 0: ");
}

TEST_F(Fvecs, FilesThatAreNotThere) {
  EXPECT_EQ(test::code_of([&] { read_fvecs(path_); }), ErrorCode::kNotFound);
  EXPECT_EQ(test::code_of([&] { write_fvecs(folder_ / "no/such/folder", EmbeddingBatch(16)); }),
            ErrorCode::kIo);
}

}  // namespace
}  // namespace simdb::bench
