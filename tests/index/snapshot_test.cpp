#include "index/snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <thread>

#include "core/file_io.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/read_only_view.h"
#include "tests/support/reference_index.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::clustered_embeddings;
using test::code_of;
using test::ids_from;
using test::random_embeddings;
using test::ReferenceIndex;

const SnapshotOrigin kOrigin{"0123456789abcdef0123456789abcdef", 12, 0xfedcba9876543210};

// Everything holds for flat and for partitioned indexes.
class SnapshotTest : public testing::TestWithParam<std::size_t> {
 protected:
  IndexOptions options() const { return {.partition_from = GetParam(), .threads = 2}; }

  void add(VectorIndex& index, std::span<const ItemId> ids, const EmbeddingBatch& rows) {
    index.add(ids, rows);
    reference.add(ids, rows);
  }
  void remove(VectorIndex& index, std::span<const ItemId> ids) {
    EXPECT_EQ(index.remove(ids), reference.remove(ids));
  }
  void expect_answers(const VectorIndex& index) const {
    ASSERT_EQ(index.size(), reference.rows().size());
    const auto queries = random_embeddings(8, index.dimension(), 99);
    std::vector<ItemId> some;
    for (const ItemId id : reference.ids()) {
      if (to_number(id) % 3 == 0) some.push_back(id);
    }
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      for (const std::size_t k : {std::size_t{1}, std::size_t{10}, index.size() + 1}) {
        ASSERT_EQ(index.search(queries.row(q), k), reference.search(queries.row(q), k));
      }
      ASSERT_EQ(index.search(queries.row(q), 7, some), reference.search(queries.row(q), 7, some));
    }
    EXPECT_EQ(index.ids(), reference.ids());
    for (const auto& [id, row] : reference.rows()) {
      ASSERT_TRUE(std::ranges::equal(index.vector(id), row.values()));
    }
  }

  test::TemporaryFolder folder;
  const fs::path path = folder / "index.snapshot";
  ReferenceIndex reference;
};

INSTANTIATE_TEST_SUITE_P(, SnapshotTest, testing::Values(1U, 1'000'000U), [](const auto& options) {
  return options.param == 1U ? "Partitioned" : "Flat";
});

TEST_P(SnapshotTest, WhatIsSavedIsLoaded) {
  for (const std::size_t dimension : {1, 16, 64, 100, 512, 1000}) {
    for (const std::size_t rows : {1, 16, 17, 1500}) {
      reference = {};
      const auto index = make_index(dimension, options());
      add(*index, ids_from(3, rows), clustered_embeddings(rows, dimension, 20, rows));
      index->save(path, kOrigin);
      const LoadedSnapshot loaded = load_snapshot(path, options());
      EXPECT_EQ(loaded.info.origin, kOrigin);
      EXPECT_EQ(loaded.info.last_id, ItemId{2 + rows});
      EXPECT_EQ(loaded.info.rows, rows);
      EXPECT_EQ(loaded.info.dimension, dimension);
      EXPECT_EQ(loaded.info.file_bytes, fs::file_size(path));
      EXPECT_EQ(loaded.index->dimension(), dimension);
      expect_answers(*loaded.index);
    }
  }
}

TEST_P(SnapshotTest, AnEmptyIndexRemembersTheLastId) {
  const auto index = make_index(16, options());
  index->save(path, kOrigin);
  EXPECT_EQ(load_snapshot(path).info.last_id, ItemId{0});
  add(*index, ids_from(1, 5), random_embeddings(5, 16, 1));
  remove(*index, ids_from(1, 5));
  index->save(path, kOrigin);
  const LoadedSnapshot loaded = load_snapshot(path, options());
  EXPECT_EQ(loaded.info.last_id, ItemId{5});
  EXPECT_EQ(loaded.info.rows, 0U);
  EXPECT_TRUE(loaded.index->search(random_embeddings(1, 16, 2).row(0), 3).empty());
  EXPECT_EQ(code_of([&] { loaded.index->add(ids_from(5, 1), random_embeddings(1, 16, 3)); }),
            ErrorCode::kUsage);
  add(*loaded.index, ids_from(6, 1), random_embeddings(1, 16, 3));
  expect_answers(*loaded.index);
}

TEST_P(SnapshotTest, IdsFarApartKeepTheirDistance) {
  const auto index = make_index(16, options());
  add(*index, ids_from(1, 40), random_embeddings(40, 16, 1));
  add(*index, ids_from(std::uint64_t{1} << 60, 40), random_embeddings(40, 16, 2));
  index->save(path, kOrigin);
  expect_answers(*load_snapshot(path, options()).index);
}

TEST_P(SnapshotTest, ALoadedIndexTakesChangesAndIsSavedOverItself) {
  auto index = make_index(16, options());
  add(*index, ids_from(1, 2000), clustered_embeddings(2000, 16, 30, 1));
  index->save(path, kOrigin);
  std::uint64_t next = 2001;
  for (std::uint64_t round = 0; round < 6; ++round) {
    LoadedSnapshot loaded = load_snapshot(path, options());
    std::vector<ItemId> gone;
    for (std::uint64_t id = round + 1; id < next; id += 9) gone.push_back(ItemId{id});
    remove(*loaded.index, gone);
    for (const std::size_t count : {1U, 30U, 400U}) {
      add(*loaded.index, ids_from(next, count), clustered_embeddings(count, 16, 30, next));
      next += count;
    }
    expect_answers(*loaded.index);
    loaded.index->save(path, {kOrigin.store_id, round, round * 7});
    expect_answers(*loaded.index);  // what it maps is no longer at the path
    EXPECT_EQ(read_snapshot_info(path).origin,
              (SnapshotOrigin{kOrigin.store_id, round, round * 7}));
    index = std::move(loaded.index);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST_P(SnapshotTest, RemovingNearlyEverythingStartsAfresh) {
  const auto index = make_index(16, options());
  add(*index, ids_from(1, 1000), clustered_embeddings(1000, 16, 10, 1));
  index->save(path, kOrigin);
  const LoadedSnapshot loaded = load_snapshot(path, options());
  remove(*loaded.index, ids_from(1, 990));
  expect_answers(*loaded.index);
}

TEST_P(SnapshotTest, MemoryCountsWhatIsMapped) {
  const auto index = make_index(16, options());
  add(*index, ids_from(1, 3000), clustered_embeddings(3000, 16, 10, 1));
  index->save(path, kOrigin);
  const LoadedSnapshot loaded = load_snapshot(path, options());
  EXPECT_GE(loaded.index->memory_bytes(), 3000U * 16 * sizeof(float));
  EXPECT_LE(loaded.index->memory_bytes(), index->memory_bytes());
}

TEST_P(SnapshotTest, ThreadsMayTouchItFirstTogether) {
  const auto index = make_index(16, options());
  add(*index, ids_from(1, 1200), clustered_embeddings(1200, 16, 10, 1));
  index->save(path, kOrigin);
  const auto queries = clustered_embeddings(20, 16, 10, 2);
  for (int round = 0; round < 10; ++round) {
    const LoadedSnapshot loaded = load_snapshot(path, options());
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (std::size_t q = 0; q < queries.rows(); ++q) {
          EXPECT_EQ(loaded.index->search(queries.row(q), 5), reference.search(queries.row(q), 5));
        }
      });
    }
  }
}

TEST_P(SnapshotTest, AFailedSaveLeavesTheOldFile) {
  const auto index = make_index(16, options());
  index->save(path, kOrigin);
  EXPECT_EQ(code_of([&] { index->save(path, {"short", 1, 1}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { index->save(folder / "absent" / "file", kOrigin); }), ErrorCode::kIo);
  EXPECT_EQ(read_snapshot_info(path).origin, kOrigin);
  EXPECT_EQ(code_of([&] { load_snapshot(folder / "absent"); }), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace simdb
