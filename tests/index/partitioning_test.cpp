#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "index/partitioning_internal.h"
#include "tests/index/rows.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::clustered_embeddings;
using test::corner_embeddings;
using test::ids_from;
using test::random_embeddings;
using test::view_of;

// Divides rows under ids from 11 on and checks what every division promises.
std::vector<Cell> divided(const EmbeddingBatch& rows, std::size_t count, std::size_t max_rows,
                          std::size_t threads = 1) {
  const auto ids = ids_from(11, rows.rows());
  std::vector<Cell> cells = divide(view_of(ids, rows), count, max_rows, threads);
  std::vector<bool> seen(rows.rows());
  for (const Cell& cell : cells) {
    EXPECT_GT(cell.partition.rows(), 0U);
    EXPECT_LE(cell.partition.rows(), max_rows);
    EXPECT_EQ(cell.centroid.size(), rows.dimension());
    EXPECT_NEAR(similarity(cell.centroid, cell.centroid), 1, 1e-6);
    std::vector<float> values(rows.dimension());
    for (std::size_t r = 0; r < cell.partition.rows(); ++r) {
      const std::size_t row = to_number(cell.partition.id(r)) - 11;
      EXPECT_FALSE(seen.at(row)) << "row " << row << " twice";
      seen.at(row) = true;
      cell.partition.read(r, values.data());
      EXPECT_TRUE(std::ranges::equal(values, rows.row(row)));
      const double angle = angle_between(cell.centroid, values.data());
      EXPECT_LE(cell.partition.near_angles()[r / 16], angle);
      EXPECT_GE(cell.partition.far_angles()[r / 16], angle);
    }
  }
  EXPECT_EQ(std::ranges::count(seen, true), static_cast<std::ptrdiff_t>(rows.rows()));
  return cells;
}

TEST(DivideTest, EveryRowLandsInOneCell) {
  for (const std::size_t rows : {1, 2, 17, 300, 2000}) {
    for (const std::size_t count : {1, 2, 20}) {
      if (count > rows) continue;
      for (const std::size_t max_rows : {16, 50, 100000}) {
        divided(clustered_embeddings(rows, 16, 7, rows), count, max_rows);
        divided(random_embeddings(rows, 48, rows), count, max_rows);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(DivideTest, CellsAreAboutAsManyAsAsked) {
  EXPECT_EQ(divided(random_embeddings(3000, 16, 1), 1, 5000).size(), 1U);
  const auto cells = divided(random_embeddings(3000, 16, 1), 40, 5000);
  EXPECT_GE(cells.size(), 36U);
  EXPECT_LE(cells.size(), 40U);
}

TEST(DivideTest, CutsWhatNoCentroidTellsApart) {
  const auto cells = divided(axis_embeddings(1000, 16, 3), 5, 100);
  EXPECT_GE(cells.size(), 10U);
  EXPECT_LE(cells.size(), 30U);
  divided(corner_embeddings(3000, 1), 10, 64);
  EmbeddingBatch few = axis_embeddings(900, 16, 3);  // one group far larger than the others
  few.append(random_embeddings(100, 16, 1));
  divided(few, 10, 64);
}

TEST(DivideTest, TakesRowsThatLieOppositeEachOther) {
  EmbeddingBatch rows(16);
  std::vector<float> values(16);
  for (std::size_t r = 0; r < 200; ++r) {
    values[2] = r % 2 == 0 ? 1.0F : -1.0F;
    rows.append_unit(values);
  }
  divided(rows, 1, 1000);
  divided(rows, 1, 64);
  divided(rows, 3, 30);
}

TEST(DivideTest, TakesFewerRowsThanCells) {
  divided(random_embeddings(3, 16, 1), 10, 100);
  divided(axis_embeddings(3, 16, 1), 4, 100);
  divided(random_embeddings(10, 16, 1), 1, 1);
}

TEST(DivideTest, ThreadsDoNotChangeTheResult) {
  const auto rows = clustered_embeddings(4000, 16, 20, 2);
  const auto one = divided(rows, 50, 90, 1);
  const auto four = divided(rows, 50, 90, 4);
  ASSERT_EQ(one.size(), four.size());
  for (std::size_t c = 0; c < one.size(); ++c) {
    EXPECT_EQ(one[c].centroid, four[c].centroid);
    EXPECT_EQ(one[c].partition.shape(), four[c].partition.shape());
    EXPECT_TRUE(std::ranges::equal(one[c].partition.bytes(), four[c].partition.bytes()));
  }
}

TEST(PartitionSizesTest, GrowWithTheRows) {
  std::size_t last = 1;
  for (std::size_t rows = 0; rows < 100000000; rows = rows * 3 / 2 + 1) {
    const std::size_t count = best_partition_count(rows);
    EXPECT_GE(count, last);
    EXPECT_LE(count, std::max<std::size_t>(1, rows));
    EXPECT_GE(max_partition_rows(rows), 2 * rows / count) << "room to grow";
    EXPECT_GE(max_partition_rows(rows), 256U);
    last = count;
  }
}

}  // namespace
}  // namespace simdb
