#include "index/faiss_file.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/index_io.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/file_io.h"
#include "index/vector_index.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::axis_embeddings;
using test::code_of;
using test::random_embeddings;

using Row = decltype(faiss::Index::ntotal);

RowSource rows_of(const VectorIndex& index) {
  return [&index](const RowVisitor& visit) {
    for (const ItemId id : index.ids()) {
      if (!visit(id, index.vector(id))) return;
    }
  };
}

// All rows that FAISS finds for the query, in simdb's order of ties: FAISS has none.
std::vector<Neighbor> search_all(const faiss::Index& index, std::span<const float> query) {
  const auto count = static_cast<std::size_t>(index.ntotal);
  std::vector<float> similarities(count);
  std::vector<Row> ids(count);
  index.search(1, query.data(), index.ntotal, similarities.data(), ids.data());
  std::vector<Neighbor> neighbors(count);
  for (std::size_t i = 0; i < count; ++i) {
    neighbors[i] = {ItemId{static_cast<std::uint64_t>(ids[i])}, similarities[i]};
  }
  std::sort(neighbors.begin(), neighbors.end(), ranks_before);
  return neighbors;
}

class FaissFileTest : public testing::Test {
 protected:
  std::unique_ptr<faiss::Index> read() const {
    return std::unique_ptr<faiss::Index>(faiss::read_index((folder / "all.faiss").c_str()));
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
  }

  test::TemporaryFolder folder;
  fs::path path = folder / "all.faiss";
};

// Random rows, each many times over, with gaps where items were removed.
TEST_F(FaissFileTest, FaissFindsTheSameNeighboursWithTiesAndGaps) {
  for (const std::size_t dimension : {16U, 48U}) {
    const EmbeddingBatch distinct = random_embeddings(1'500, dimension, 1);
    const auto index = make_index(dimension);
    std::vector<ItemId> removed;
    for (std::uint64_t copy = 0; copy < 3; ++copy) {
      std::vector<ItemId> ids;
      ids.reserve(1'500);
      for (std::uint64_t i = 0; i < 1'500; ++i) ids.push_back(ItemId{1'000 + 2'000 * copy + i});
      index->add(ids, distinct);
      for (std::size_t i = copy; i < ids.size(); i += 7) removed.push_back(ids[i]);
    }
    index->remove(removed);

    EXPECT_EQ(write_faiss_file(path, dimension, rows_of(*index)), index->size());
    const auto read_back = read();
    ASSERT_EQ(static_cast<std::size_t>(read_back->ntotal), index->size());
    for (std::size_t q = 0; q < 40; ++q) {
      const auto found = search_all(*read_back, distinct.row(q));
      const auto expected = index->search(distinct.row(q), 50);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(found[i].id, expected[i].id) << "query " << q << ", place " << i;
        EXPECT_NEAR(found[i].similarity, expected[i].similarity, 1e-6);
      }
    }
  }
}

TEST_F(FaissFileTest, ItIsAnIdMapOverAFlatIndexOfInnerProducts) {
  const auto index = make_index(16);
  const std::vector<ItemId> ids{ItemId{3}, ItemId{9'000'000'000}};
  index->add(ids, random_embeddings(2, 16, 1));
  write_faiss_file(path, 16, rows_of(*index));
  const auto read_back = read();
  const auto* map = dynamic_cast<const faiss::IndexIDMap*>(read_back.get());
  ASSERT_NE(map, nullptr);
  EXPECT_EQ(map->metric_type, faiss::METRIC_INNER_PRODUCT);
  EXPECT_EQ(map->id_map, (std::vector<Row>{3, 9'000'000'000}));
  ASSERT_NE(dynamic_cast<const faiss::IndexFlatIP*>(map->index), nullptr);
  std::vector<float> row(16);
  map->index->reconstruct(1, row.data());
  EXPECT_TRUE(std::ranges::equal(row, index->vector(ids[1])));
}

TEST_F(FaissFileTest, NoRowsAreAnIndexToo) {
  EXPECT_EQ(write_faiss_file(path, 32, [](const RowVisitor&) {}), 0U);
  EXPECT_EQ(read()->ntotal, 0);
  EXPECT_EQ(read()->d, 32);
}

TEST_F(FaissFileTest, AFailureLeavesTheOldFile) {
  write_file_atomic(path, std::string_view("old"));
  const std::vector<float> short_row(8);
  EXPECT_EQ(code_of([&] {
              write_faiss_file(path, 16,
                               [&](const RowVisitor& visit) { visit(ItemId{1}, short_row); });
            }),
            ErrorCode::kUsage);
  EXPECT_THROW(
      write_faiss_file(path, 16, [](const RowVisitor&) { throw std::runtime_error("no rows"); }),
      std::runtime_error);
  EXPECT_EQ(read_file(path, 100).size(), 3U);
  EXPECT_EQ(files_in_folder(), 1U);

  const RowSource never = [](const RowVisitor&) { FAIL() << "the path is no use"; };
  EXPECT_EQ(code_of([&] { write_faiss_file("/nowhere/all.faiss", 16, never); }), ErrorCode::kIo);
  EXPECT_EQ(code_of([&] { write_faiss_file(path, 4097, never); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
