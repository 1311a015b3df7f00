#include "simdb/embedding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::code_of;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> constant(float value, std::size_t dimension = 16) {
  return std::vector<float>(dimension, value);
}

double length(std::span<const float> values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

TEST(EmbeddingTest, DimensionsAreThoseUpTo4096) {
  for (const std::size_t good : {1, 2, 15, 16, 17, 100, 768, 4095, 4096}) {
    EXPECT_TRUE(is_valid_dimension(good));
    EXPECT_NO_THROW(Embedding::normalized(constant(1, good)));
  }
  for (const std::size_t bad : {0, 4097, 8192}) {
    EXPECT_FALSE(is_valid_dimension(bad));
    EXPECT_EQ(code_of([&] { require_valid_dimension(bad); }), ErrorCode::kUsage);
    EXPECT_EQ(code_of([&] { EmbeddingBatch{bad}; }), ErrorCode::kUsage);
    EXPECT_EQ(code_of([&] { Embedding::normalized(std::vector<float>(bad, 1)); }),
              ErrorCode::kUsage);
  }
}

TEST(EmbeddingTest, NormalizingGivesUnitLengthAtAnyScale) {
  for (const float scale : {1e-38F, 1e-20F, 1e-3F, 1.0F, 7.0F, 1e20F, 3e37F}) {
    const Embedding embedding = Embedding::normalized(constant(scale));
    EXPECT_NEAR(length(embedding.values()), 1, 1e-6) << scale;
    EXPECT_FLOAT_EQ(embedding.values()[0], 0.25F) << scale;
  }
}

TEST(EmbeddingTest, NormalizingKeepsTheDirection) {
  std::vector<float> raw = constant(0);
  raw[0] = 3;
  raw[5] = -4;
  const Embedding embedding = Embedding::normalized(raw);
  EXPECT_FLOAT_EQ(embedding.values()[0], 0.6F);
  EXPECT_FLOAT_EQ(embedding.values()[5], -0.8F);
}

TEST(EmbeddingTest, WhatHasNoDirectionIsNoEmbedding) {
  EXPECT_EQ(code_of([] { Embedding::normalized(constant(0)); }), ErrorCode::kBadInput);
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    std::vector<float> raw = constant(1);
    raw[7] = bad;
    EXPECT_EQ(code_of([&] { Embedding::normalized(raw); }), ErrorCode::kBadInput);
  }
}

TEST(EmbeddingTest, StoredValuesAreTakenBitForBitOrNotAtAll) {
  const auto unit = test::random_embeddings(1, 16, 1);
  const Embedding embedding = Embedding::from_unit(unit.row(0));
  EXPECT_TRUE(std::equal(unit.row(0).begin(), unit.row(0).end(), embedding.values().begin()));
  for (const auto& bad : {constant(0), constant(0.2F), constant(0.26F), constant(kNan),
                          constant(kInfinity), constant(0.25F, 15), constant(0, 0)}) {
    EXPECT_EQ(code_of([&] { Embedding::from_unit(bad); }), ErrorCode::kCorruption);
  }
}

TEST(EmbeddingBatchTest, RowsComeBackInOrder) {
  EmbeddingBatch batch(16);
  EXPECT_TRUE(batch.empty());
  batch.append_normalized(constant(5));
  batch.append_unit(constant(-0.25F));
  batch.append(Embedding::normalized(constant(-1)));
  EmbeddingBatch other(16);
  other.append(batch);
  EXPECT_EQ(other.rows(), 3U);
  EXPECT_EQ(other.values().size(), 48U);
  EXPECT_FLOAT_EQ(other.row(0)[15], 0.25F);
  EXPECT_EQ(other.row(1)[0], -0.25F);
  EXPECT_EQ(other.at(1), other.at(2));
  other.clear();
  EXPECT_EQ(other.rows(), 0U);
}

TEST(EmbeddingBatchTest, ItsOwnRowsCanBeAppended) {
  const std::vector<float> first = {3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<float> second = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EmbeddingBatch batch(16);
  batch.append_normalized(first);
  batch.append_normalized(second);
  for (int doubling = 0; doubling < 6; ++doubling) batch.append(batch);
  for (std::size_t i = 0; i < 64; ++i) batch.append_unit(batch.row(i));
  for (std::size_t i = 0; i < 64; ++i) batch.append_normalized(batch.row(i));
  ASSERT_EQ(batch.rows(), 256U);
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    EXPECT_NEAR(batch.row(i)[0], i % 2 == 0 ? 0.6F : 0, 1e-6) << i;
    EXPECT_NEAR(batch.row(i)[2], i % 2 == 0 ? 0 : 1, 1e-6) << i;
  }
}

TEST(EmbeddingBatchTest, ARefusedRowLeavesTheBatchAsItWas) {
  EmbeddingBatch batch(16);
  batch.append_normalized(constant(1));
  EXPECT_EQ(code_of([&] { batch.append_normalized(constant(kNan)); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { batch.append_normalized(constant(1, 32)); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { batch.append_unit(constant(1)); }), ErrorCode::kCorruption);
  EXPECT_EQ(code_of([&] { batch.append_unit(constant(0.125F, 64)); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { batch.append(EmbeddingBatch(32)); }), ErrorCode::kUsage);
  EXPECT_EQ(batch.rows(), 1U);
}

TEST(SimilarityTest, IsTheCosineWithinItsRange) {
  const Embedding a = Embedding::normalized(constant(1));
  const Embedding opposite = Embedding::normalized(constant(-1));
  const auto axes = test::axis_embeddings(1, 16, 0);
  EXPECT_FLOAT_EQ(similarity(a.values(), a.values()), 1);
  EXPECT_FLOAT_EQ(similarity(a.values(), opposite.values()), -1);
  EXPECT_FLOAT_EQ(similarity(a.values(), axes.row(0)), 0.25F);
  const auto random = test::random_embeddings(200, 48, 1);
  for (std::size_t i = 0; i < random.rows(); ++i) {
    EXPECT_LE(similarity(random.row(i), random.row(i)), 1.0F);
  }
  EXPECT_EQ(code_of([&] { similarity(a.values(), constant(1, 32)); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
