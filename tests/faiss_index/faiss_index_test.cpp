#include "simdb/faiss_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/IDSelector.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using Label = FaissIndex::Label;

constexpr Label kDimension = 16;
constexpr std::size_t kRows = 6'000;  // enough to be partitioned
constexpr std::size_t kQueries = 20;

struct Lists {
  std::vector<float> distances;
  std::vector<Label> labels;
};

Lists search(const faiss::Index& index, std::span<const float> queries, Label k,
             const faiss::SearchParameters* params = nullptr) {
  const Label n = static_cast<Label>(queries.size()) / kDimension;
  Lists lists{std::vector<float>(static_cast<std::size_t>(n * k)),
              std::vector<Label>(static_cast<std::size_t>(n * k))};
  index.search(n, queries.data(), k, lists.distances.data(), lists.labels.data(), params);
  return lists;
}

// FAISS's own flat index is what it must agree with, but for its rounding.
class FaissIndexTest : public testing::TestWithParam<faiss::MetricType> {
 protected:
  FaissIndexTest() {
    index_.add(kRows, rows_.values().data());
    flat_.add(kRows, rows_.values().data());
    std::mt19937 random(3);
    std::uniform_real_distribution<float> length(0.1F, 5.0F);
    for (std::size_t i = 0; i < kQueries; ++i) {
      const float factor = length(random);
      for (const float value : drawn_.row(i)) queries_.push_back(factor * value);
    }
  }

  void expect_same(const Lists& ours, const Lists& theirs) {
    ASSERT_EQ(ours.labels.size(), theirs.labels.size());
    for (std::size_t i = 0; i < ours.labels.size(); ++i) {
      EXPECT_NEAR(ours.distances[i], theirs.distances[i], 1e-4) << i;
      if (ours.labels[i] == theirs.labels[i]) continue;
      // Rows that are as near as each other to within rounding may change places.
      const auto other = std::ranges::find(theirs.labels, ours.labels[i]);
      ASSERT_NE(other, theirs.labels.end()) << i;
      EXPECT_NEAR(theirs.distances[static_cast<std::size_t>(other - theirs.labels.begin())],
                  ours.distances[i], 1e-4);
    }
  }

  EmbeddingBatch rows_ = test::clustered_embeddings(kRows, kDimension, 50, 1);
  EmbeddingBatch drawn_ = test::random_embeddings(kQueries, kDimension, 2);
  std::vector<float> queries_;
  FaissIndex index_{kDimension, GetParam()};
  faiss::IndexFlat flat_{kDimension, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Metrics, FaissIndexTest,
                         testing::Values(faiss::METRIC_INNER_PRODUCT, faiss::METRIC_L2),
                         [](const auto& instance) {
                           return instance.param == faiss::METRIC_L2 ? "L2" : "InnerProduct";
                         });

TEST_P(FaissIndexTest, AnswersAsAFlatIndex) {
  EXPECT_EQ(index_.ntotal, flat_.ntotal);
  for (const Label k : {1, 10, 100})
    expect_same(search(index_, queries_, k), search(flat_, queries_, k));
}

TEST_P(FaissIndexTest, FillsListsThatAreTooLong) {
  FaissIndex small(kDimension, GetParam());
  faiss::IndexFlat flat(kDimension, GetParam());
  small.add(2, rows_.values().data());
  flat.add(2, rows_.values().data());
  const Lists ours = search(small, queries_, 4);
  const Lists theirs = search(flat, queries_, 4);
  EXPECT_EQ(ours.labels, theirs.labels);
  EXPECT_EQ(ours.distances[3], theirs.distances[3]);
  EXPECT_THAT(search(FaissIndex(kDimension, GetParam()), queries_, 1).labels, testing::Each(-1));
}

TEST_P(FaissIndexTest, ASelectorChoosesRows) {
  faiss::IDSelectorRange some(100, 300);
  faiss::SearchParameters params;
  params.sel = &some;
  expect_same(search(index_, queries_, 5, &params), search(flat_, queries_, 5, &params));
}

TEST_P(FaissIndexTest, ARangeHasWhatIsNearer) {
  for (const float radius : {-10.0F, 0.5F, 1.0F, 3.0F, 100.0F}) {
    faiss::RangeSearchResult ours(kQueries);
    faiss::RangeSearchResult theirs(kQueries);
    index_.range_search(kQueries, queries_.data(), radius, &ours);
    flat_.range_search(kQueries, queries_.data(), radius, &theirs);
    for (std::size_t i = 0; i < kQueries; ++i) {
      std::vector<Label> a(ours.labels + ours.lims[i], ours.labels + ours.lims[i + 1]);
      std::vector<Label> b(theirs.labels + theirs.lims[i], theirs.labels + theirs.lims[i + 1]);
      EXPECT_TRUE(std::ranges::is_sorted(a));
      // A row on the edge, to within rounding, may be in either.
      std::vector<Label> difference;
      std::ranges::set_symmetric_difference(a, b, std::back_inserter(difference));
      EXPECT_LE(difference.size(), a.size() / 1'000 + 1) << radius << ' ' << i;
    }
  }
}

TEST_P(FaissIndexTest, LabelsMoveUpWhereRowsAreRemoved) {
  const faiss::IDSelectorRange some(10, 5'010);
  EXPECT_EQ(index_.remove_ids(some), flat_.remove_ids(some));
  EXPECT_EQ(index_.ntotal, static_cast<Label>(kRows) - 5'000);
  expect_same(search(index_, queries_, 10), search(flat_, queries_, 10));
  index_.add(3, rows_.values().data());
  flat_.add(3, rows_.values().data());
  expect_same(search(index_, queries_, 10), search(flat_, queries_, 10));
}

TEST_P(FaissIndexTest, GivesRowsBack) {
  std::vector<float> row(kDimension);
  index_.reconstruct(17, row.data());
  EXPECT_THAT(row, testing::ElementsAreArray(rows_.row(17)));
  std::vector<float> some(3 * kDimension);
  index_.reconstruct_n(5, 3, some.data());
  EXPECT_TRUE(std::ranges::equal(some, rows_.values().subspan(5 * kDimension, 3 * kDimension)));
  EXPECT_THROW(index_.reconstruct(kRows, row.data()), faiss::FaissException);
  EXPECT_THROW(index_.reconstruct(-1, row.data()), faiss::FaissException);
}

TEST_P(FaissIndexTest, WorksUnderAMapOfIds) {
  index_.reset();
  flat_.reset();
  EXPECT_EQ(index_.ntotal, 0);
  faiss::IndexIDMap ours(&index_);
  faiss::IndexIDMap theirs(&flat_);
  std::vector<Label> ids(kRows);
  std::iota(ids.begin(), ids.end(), 1'000'000);
  std::ranges::shuffle(ids, std::mt19937(4));
  ours.add_with_ids(kRows, rows_.values().data(), ids.data());
  theirs.add_with_ids(kRows, rows_.values().data(), ids.data());
  const faiss::IDSelectorBatch gone(1'000, ids.data() + 500);
  EXPECT_EQ(ours.remove_ids(gone), 1'000U);
  EXPECT_EQ(theirs.remove_ids(gone), 1'000U);
  expect_same(search(ours, queries_, 10), search(theirs, queries_, 10));
}

TEST_P(FaissIndexTest, RefusesWhatItCantAnswer) {
  std::vector<float> row(kDimension, 1.0F);
  EXPECT_THROW(index_.add(1, row.data()), faiss::FaissException) << "not of length 1";
  EXPECT_EQ(index_.ntotal, static_cast<Label>(kRows));
  EXPECT_THROW(search(index_, std::vector<float>(kDimension, 0.0F), 1), faiss::FaissException);
  EXPECT_THROW(search(index_, row, 0), faiss::FaissException);
  EXPECT_THROW(FaissIndex(0), faiss::FaissException);
  EXPECT_THROW(FaissIndex(16, faiss::METRIC_L1), faiss::FaissException);
}

}  // namespace
}  // namespace simdb
