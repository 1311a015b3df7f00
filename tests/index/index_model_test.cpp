#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <random>
#include <sstream>

#include "core/file_io.h"
#include "index/partitioned_index_internal.h"
#include "index/snapshot.h"
#include "simdb/error.h"
#include "tests/index/row_mix.h"
#include "tests/support/reference_index.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::ReferenceIndex;
using test::RowMix;

constexpr IndexOptions kOptions{.partition_from = 300, .threads = 2};

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Random operations on an index and on the reference. Everything follows from the seed.
class IndexModel {
 public:
  IndexModel(RowMix::Kind kind, std::uint64_t seed)
      : random_(seed), mix_(kind, seed + 1), index_(make_index(16, kOptions)) {}

  /// Stops at the first failure.
  void run(std::size_t operations) {
    while (trace_.size() < operations && !testing::Test::HasFailure()) step();
  }

  /// The last operations, the one that failed among them.
  std::string trace() const {
    std::ostringstream text;
    for (std::size_t i = trace_.size() - std::min<std::size_t>(trace_.size(), 12);
         i < trace_.size(); ++i) {
      text << "  " << i << ": " << trace_[i] << '\n';
    }
    return text.str();
  }

  // What the index went through, seen from outside.
  struct History {
    std::size_t largest = 0;    ///< rows
    std::size_t clustered = 0;  ///< times it was partitioned
    std::size_t flattened = 0;  ///< times it became flat again
    std::size_t split = 0;      ///< times that an add made more partitions from some
    std::size_t reopened = 0;   ///< times it went on from a file
  };
  const History& history() const { return history_; }

 private:
  std::size_t up_to(std::size_t limit) { return 1 + random_() % limit; }
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::size_t rows() const { return reference_.rows().size(); }
  std::ostream& log() { return now_; }

  void step() {
    now_.str("");
    if (rows() > 1600) growing_ = false;
    if (rows() < 30) growing_ = true;
    const std::size_t kind = random_() % 100;
    if (kind < 35) {
      change();
    } else if (kind < 60) {
      search();
    } else if (kind < 72) {
      search_filtered();
    } else if (kind < 82) {
      range_search();
    } else if (kind < 93) {
      search_batch();
    } else if (kind < 97) {
      look_up();
    } else if (kind < 98) {
      chance(50) ? save() : reopen();
    } else {
      log() << "ids";
      EXPECT_EQ(index_->ids(), reference_.ids());
    }
    EXPECT_EQ(index_->size(), rows());
    trace_.push_back(now_.str());
  }

  void change() {
    const std::size_t before = partitions_;
    bool few = false;
    if (chance(growing_ ? 85 : 15)) {
      const std::size_t count = chance(70) ? 1 : chance(3) ? up_to(rows() + 100) : up_to(60);
      few = count < rows();
      add(count);
    } else {
      remove();
    }
    partitions_ = dynamic_cast<const PartitionedIndex&>(*index_).partitions();
    history_.largest = std::max(history_.largest, rows());
    if (before <= 1 && partitions_ > 1) ++history_.clustered;
    if (before > 1 && partitions_ <= 1) ++history_.flattened;
    if (few && before > 1 && partitions_ > before) ++history_.split;
  }

  void add(std::size_t count) {
    const EmbeddingBatch batch = mix_.next(count);
    std::vector<ItemId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      last_id_ += chance(1) && chance(5) ? std::uint64_t{1} << 33 : up_to(3);
      ids.push_back(ItemId{last_id_});
    }
    log() << "add " << count << " from id " << to_number(ids.front());
    index_->add(ids, batch);
    reference_.add(ids, batch);
  }

  void remove() {
    const std::vector<ItemId> all = reference_.ids();
    std::vector<ItemId> doomed;
    if (chance(8) && !all.empty()) {  // a range
      const std::size_t first = random_() % all.size();
      const std::size_t last = first + up_to(std::min(all.size() - first, 1 + all.size() / 3));
      doomed.assign(all.begin() + static_cast<std::ptrdiff_t>(first),
                    all.begin() + static_cast<std::ptrdiff_t>(last));
    } else if (chance(8) && !all.empty()) {  // all around a point, which empties partitions
      for (const Neighbor& near : reference_.search(mix_.next(), up_to(1 + all.size() / 3))) {
        doomed.push_back(near.id);
      }
    } else {
      doomed = some_ids(up_to(growing_ ? 4 : 30));
      std::ranges::shuffle(doomed, random_);
      if (chance(20)) doomed.push_back(doomed.front());  // named twice
    }
    log() << "remove " << doomed.size() << ", the first " << to_number(doomed.front());
    const std::size_t removed = index_->remove(doomed);
    EXPECT_EQ(removed, reference_.remove(doomed));
  }

  // Mostly present; ascending, each once.
  std::vector<ItemId> some_ids(std::size_t count) {
    const std::vector<ItemId> all = reference_.ids();
    std::vector<ItemId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      const bool present = !all.empty() && !chance(10);
      ids.push_back(present ? all[random_() % all.size()] : ItemId{random_() % (last_id_ + 9)});
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
  }

  std::vector<float> some_query() {
    if (rows() == 0 || chance(40)) return mix_.next();
    const auto row = reference_.rows().lower_bound(some_ids(1).front());
    if (row == reference_.rows().end()) return mix_.next();
    std::vector<float> query(row->second.values().begin(), row->second.values().end());
    if (chance(10)) std::ranges::transform(query, query.begin(), std::negate<>());
    return query;
  }

  std::size_t some_k() {
    switch (random_() % 8) {
      case 0:
        return 1;
      case 1:
        return up_to(rows() + 2);
      case 2:
        return rows() + 1;
      case 3:
        return chance(20) ? std::numeric_limits<std::size_t>::max() : 2;
      default:
        return up_to(20);
    }
  }

  std::vector<ItemId> some_filter() {
    switch (random_() % 5) {
      case 0:
        return {};
      case 1:
        return some_ids(up_to(8));
      case 2:
        return some_ids(up_to(300));
      default: {
        std::vector<ItemId> ids = reference_.ids();
        const unsigned percent = 1 + static_cast<unsigned>(random_() % 100);
        std::erase_if(ids, [&](ItemId) { return !chance(percent); });
        return ids;
      }
    }
  }

  void search() {
    const auto query = some_query();
    const std::size_t k = some_k();
    log() << "search, k " << k << ", " << rows() << " rows";
    EXPECT_EQ(index_->search(query, k), reference_.search(query, k));
  }

  void search_filtered() {
    const auto query = some_query();
    const std::size_t k = some_k();
    // An old filter knows an older index, maybe one with rows that are gone or are to come.
    IdFilter& only = filters_[random_() % filters_.size()];
    if (chance(20)) {
      std::vector<ItemId> ids = some_filter();
      if (chance(30)) {
        for (std::uint64_t next = 1; next < 9; ++next) ids.push_back(ItemId{last_id_ + next});
      }
      only = ids;
    }
    log() << "search, k " << k << ", " << only.ids().size() << " of " << rows() << " rows";
    const auto expected =
        only.all() ? reference_.search(query, k) : reference_.search(query, k, only.ids());
    EXPECT_EQ(index_->search(query, k, only), expected);
  }

  void search_batch() {
    EmbeddingBatch queries(16);
    for (std::size_t q = up_to(80); q > 1; --q) queries.append_unit(some_query());
    const std::size_t k = up_to(12);
    const std::size_t threads = random_() % 4;
    log() << "search_batch, " << queries.rows() << " queries, k " << k;
    const auto found = index_->search_batch(queries, k, threads);
    ASSERT_EQ(found.size(), queries.rows());
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      EXPECT_EQ(found[q], reference_.search(queries.row(q), k)) << "query " << q;
    }
  }

  void range_search() {
    const auto query = some_query();
    float minimum = static_cast<float>(random_() % 2001) / 1000 - 1;
    if (rows() > 0 && chance(60)) {  // exactly the similarity of some row
      minimum = reference_.search(query, up_to(rows())).back().similarity;
    }
    log() << "range_search, minimum " << minimum << ", " << rows() << " rows";
    auto expected = reference_.range_search(query, minimum);
    EXPECT_EQ(index_->range_search(query, minimum), expected);
    const auto only = some_filter();
    std::erase_if(expected,
                  [&](const Neighbor& n) { return !std::ranges::binary_search(only, n.id); });
    EXPECT_EQ(index_->range_search(query, minimum, only), expected);
  }

  void look_up() {
    const ItemId id = some_ids(1).front();
    log() << "vector of " << to_number(id);
    const auto row = reference_.rows().find(id);
    const std::vector<float> found = index_->vector(id);
    if (row == reference_.rows().end()) {
      EXPECT_TRUE(found.empty());
    } else {
      EXPECT_TRUE(std::ranges::equal(found, row->second.values()));
    }
  }

  void save() {
    log() << "save " << rows() << " rows";
    index_->save(folder_ / "snapshot", {std::string(32, '0'), trace_.size(), 0});
    saved_ids_ = reference_.ids();
    saved_last_id_ = last_id_;
    saved_ = true;
  }

  // As a process does that starts: what was saved, without what is gone since, with what came
  // since.
  void reopen() {
    if (!saved_) {
      save();
      return;
    }
    log() << "reopen, with " << rows() << " rows instead of " << saved_ids_.size();
    if (chance(30)) refuse_an_unfinished_file();
    LoadedSnapshot loaded = load_snapshot(folder_ / "snapshot", kOptions);
    EXPECT_EQ(loaded.info.rows, saved_ids_.size());
    std::vector<ItemId> gone;
    std::ranges::set_difference(saved_ids_, reference_.ids(), std::back_inserter(gone));
    EXPECT_EQ(loaded.index->remove(gone), gone.size());
    std::vector<ItemId> ids;
    EmbeddingBatch embeddings(16);
    for (const auto& [id, embedding] : reference_.rows()) {
      if (to_number(id) <= saved_last_id_) continue;
      ids.push_back(id);
      embeddings.append(embedding);
    }
    loaded.index->add(ids, embeddings);
    index_ = std::move(loaded.index);
    ++history_.reopened;
  }

  // What a crash leaves of a file that is not renamed into its place but written there.
  void refuse_an_unfinished_file() {
    std::vector<std::byte> bytes = read_file(folder_ / "snapshot", std::size_t{1} << 24);
    bytes.resize(random_() % bytes.size());
    write_file_atomic(folder_ / "cut", bytes);
    EXPECT_THROW(load_snapshot(folder_ / "cut", kOptions), Error);
  }

  test::TemporaryFolder folder_;
  std::mt19937_64 random_;
  RowMix mix_;
  std::unique_ptr<VectorIndex> index_;
  ReferenceIndex reference_;
  std::uint64_t last_id_ = 0;
  std::vector<ItemId> saved_ids_;
  std::uint64_t saved_last_id_ = 0;
  bool saved_ = false;
  bool growing_ = true;
  std::size_t partitions_ = 0;
  std::array<IdFilter, 6> filters_;
  History history_;
  std::vector<std::string> trace_;
  std::ostringstream now_;
};

// SIMDB_TEST_SEED replays a failure, SIMDB_TEST_OPERATIONS makes it longer.
class IndexModelTest : public testing::TestWithParam<RowMix::Kind> {};

INSTANTIATE_TEST_SUITE_P(, IndexModelTest,
                         testing::Values(RowMix::Kind::kClustered, RowMix::Kind::kUniform,
                                         RowMix::Kind::kDuplicates, RowMix::Kind::kCorners,
                                         RowMix::Kind::kDrifting),
                         [](const auto& kind) { return test::name_of(kind.param); });

TEST_P(IndexModelTest, AnswersAsTheReferenceThroughRandomOperations) {
  const std::uint64_t seed = number_from_environment("SIMDB_TEST_SEED", 1);
  const std::uint64_t operations = number_from_environment("SIMDB_TEST_OPERATIONS", 2500);
  IndexModel model(GetParam(), seed);
  model.run(operations);
  ASSERT_FALSE(HasFailure()) << "after the operations\n"
                             << model.trace() << "repeat with SIMDB_TEST_SEED=" << seed
                             << " SIMDB_TEST_OPERATIONS=" << operations;
  // The seed is worth nothing if the index never changed its shape.
  const IndexModel::History& history = model.history();
  EXPECT_GT(history.largest, 1000U);
  EXPECT_GT(history.clustered, 0U);
  EXPECT_GT(history.flattened, 0U);
  EXPECT_GT(history.split, 0U);
  EXPECT_GT(history.reopened, 0U);
}

}  // namespace
}  // namespace simdb
