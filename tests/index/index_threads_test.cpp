#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <limits>
#include <random>
#include <thread>

#include "index/vector_index.h"
#include "tests/index/row_mix.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::RowMix;

constexpr std::size_t kPartitionFrom = 300;
constexpr std::size_t kQueries = 6;

// A plan of changes and, for each state between two of them, which rows are there. Row r has the id
// r + 1.
class Plan {
 public:
  explicit Plan(RowMix::Kind kind) : mix_(kind, 5), queries_(mix_.next(kQueries)) {
    states_.emplace_back();
  }

  void add(std::size_t rows) {
    Change change{{}, mix_.next(rows)};
    std::vector<bool> live = states_.back();
    for (std::size_t r = 0; r < rows; ++r) {
      live.push_back(true);
      change.ids.push_back(ItemId{live.size()});
      for (std::size_t q = 0; q < kQueries; ++q) {
        similarities_[q].push_back(similarity(queries_.row(q), change.embeddings.row(r)));
      }
    }
    push(std::move(change), std::move(live));
  }

  /// Removes `rows` random ones of those present.
  void remove(std::size_t rows) {
    std::vector<bool> live = states_.back();
    std::vector<ItemId> present;
    for (std::size_t r = 0; r < live.size(); ++r) {
      if (live[r]) present.push_back(ItemId{r + 1});
    }
    Change change{{}, EmbeddingBatch(16)};
    std::ranges::sample(present, std::back_inserter(change.ids), static_cast<std::ptrdiff_t>(rows),
                        random_);
    for (const ItemId id : change.ids) live[to_number(id) - 1] = false;
    push(std::move(change), std::move(live));
  }

  std::size_t size() const { return changes_.size(); }
  void apply(std::size_t change, VectorIndex& index) const {
    const Change& now = changes_[change];
    if (now.embeddings.empty()) {
      EXPECT_EQ(index.remove(now.ids), now.ids.size());
    } else {
      index.add(now.ids, now.embeddings);
    }
  }

  const EmbeddingBatch& queries() const { return queries_; }
  std::size_t rows(std::size_t state) const {
    return static_cast<std::size_t>(std::ranges::count(states_[state], true));
  }
  std::vector<Neighbor> answer(std::size_t state, std::size_t q, std::size_t k, float minimum,
                               const IdFilter& filter) const {
    std::vector<Neighbor> neighbors;
    const std::vector<bool>& live = states_[state];
    for (std::size_t r = 0; r < live.size(); ++r) {
      const Neighbor neighbor{ItemId{r + 1}, similarities_[q][r]};
      if (!live[r] || neighbor.similarity < minimum) continue;
      if (!filter.contains(neighbor.id)) continue;
      neighbors.push_back(neighbor);
    }
    const std::size_t kept = std::min(k, neighbors.size());
    std::ranges::partial_sort(neighbors, neighbors.begin() + static_cast<std::ptrdiff_t>(kept),
                              ranks_before);
    neighbors.resize(kept);
    return neighbors;
  }

 private:
  struct Change {
    std::vector<ItemId> ids;
    EmbeddingBatch embeddings;  // empty: a removal
  };
  void push(Change&& change, std::vector<bool>&& live) {
    changes_.push_back(std::move(change));
    states_.push_back(std::move(live));
  }

  RowMix mix_;
  EmbeddingBatch queries_;
  std::mt19937_64 random_{6};
  std::vector<Change> changes_;
  std::vector<std::vector<bool>> states_;  // before the first change, after it, ...
  std::array<std::vector<float>, kQueries> similarities_;
};

// One thread follows the plan while others search and ask whether some state between the beginning
// and the end of the search explains the answer.
class IndexThreadsTest : public testing::TestWithParam<RowMix::Kind> {
 protected:
  void run(const Plan& plan) {
    using Searcher = void (IndexThreadsTest::*)(const Plan&, std::mt19937_64&);
    const std::vector<Searcher> searchers{
        &IndexThreadsTest::search, &IndexThreadsTest::search_all, &IndexThreadsTest::search_range,
        &IndexThreadsTest::search_filtered, &IndexThreadsTest::search_batch};
    std::vector<std::atomic<std::size_t>> answers(searchers.size());
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < searchers.size(); ++t) {
      threads.emplace_back([&, t] {
        std::mt19937_64 random(t);
        while (!over && !HasFailure()) {
          (this->*searchers[t])(plan, random);
          ++answers[t];
        }
      });
    }
    for (std::size_t c = 0; c < plan.size() && !HasFailure(); ++c) {
      begun = c + 1;
      plan.apply(c, *index);
      done = c + 1;
      // Neither side may be over before the other has begun.
      for (const auto& count : answers) {
        while (count < c / 10 && !HasFailure()) std::this_thread::yield();
      }
    }
    over = true;
  }

  // Whether some state that was there during the search explains what it found.
  template <typename Explains>
  void expect_explained(std::size_t from, const char* what, Explains explains) {
    const std::size_t to = begun;
    for (std::size_t state = from; state <= to; ++state) {
      if (explains(state)) return;
    }
    ADD_FAILURE() << what << ": no state from " << from << " to " << to << " explains the answer";
  }

  void search(const Plan& plan, std::mt19937_64& random) {
    const std::size_t q = random() % kQueries;
    const std::size_t k = 1 + random() % 30;
    const std::size_t from = done;
    const auto found = index->search(plan.queries().row(q), k);
    expect_explained(from, "search",
                     [&](std::size_t state) { return found == plan.answer(state, q, k, -2, {}); });
  }

  void search_all(const Plan& plan, std::mt19937_64& random) {
    const std::size_t q = random() % kQueries;
    const std::size_t from = done;
    const auto found =
        index->search(plan.queries().row(q), std::numeric_limits<std::size_t>::max());
    expect_explained(from, "search for all", [&](std::size_t state) {
      return found.size() == plan.rows(state) &&
             found == plan.answer(state, q, found.size() + 1, -2, {});
    });
    const std::size_t before_size = done;
    const std::size_t size = index->size();
    expect_explained(before_size, "size",
                     [&](std::size_t state) { return size == plan.rows(state); });
  }

  void search_range(const Plan& plan, std::mt19937_64& random) {
    const std::size_t q = random() % kQueries;
    const float minimum = static_cast<float>(random() % 100) / 100;
    const std::size_t from = done;
    const auto found = index->range_search(plan.queries().row(q), minimum);
    expect_explained(from, "range search", [&](std::size_t state) {
      return found == plan.answer(state, q, SIZE_MAX, minimum, {});
    });
  }

  void search_filtered(const Plan& plan, std::mt19937_64& random) {
    const std::size_t q = random() % kQueries;
    std::vector<ItemId> only;
    for (std::uint64_t id = 1 + random() % 50; id < 6000; id += 1 + random() % 40) {
      only.push_back(ItemId{id});
    }
    const std::size_t from = done;
    const auto found = index->search(plan.queries().row(q), 10, only);
    expect_explained(from, "filtered search", [&](std::size_t state) {
      return found == plan.answer(state, q, 10, -2, only);
    });
  }

  void search_batch(const Plan& plan, std::mt19937_64& random) {
    EmbeddingBatch queries(16);
    for (std::size_t q = 0; q < 40; ++q) queries.append_unit(plan.queries().row(q % kQueries));
    const std::size_t from = done;
    const auto found = index->search_batch(queries, 5, 1 + random() % 2);
    ASSERT_EQ(found.size(), queries.rows());
    expect_explained(from, "batch", [&](std::size_t state) {  // one state for all of them
      std::array<std::vector<Neighbor>, kQueries> answers;
      for (std::size_t q = 0; q < kQueries; ++q) answers[q] = plan.answer(state, q, 5, -2, {});
      for (std::size_t q = 0; q < found.size(); ++q) {
        if (found[q] != answers[q % kQueries]) return false;
      }
      return true;
    });
  }

  std::unique_ptr<VectorIndex> index =
      make_index(16, {.partition_from = kPartitionFrom, .threads = 2});
  std::atomic<std::size_t> begun = 0;  // changes
  std::atomic<std::size_t> done = 0;
  std::atomic<bool> over = false;
};

INSTANTIATE_TEST_SUITE_P(, IndexThreadsTest,
                         testing::Values(RowMix::Kind::kClustered, RowMix::Kind::kDuplicates,
                                         RowMix::Kind::kDrifting),
                         [](const auto& kind) { return test::name_of(kind.param); });

TEST_P(IndexThreadsTest, AnswersStayExactWhileRowsAreAdded) {
  Plan plan(GetParam());
  for (int i = 0; i < 40; ++i) plan.add(1);
  for (int i = 0; i < 10; ++i) plan.add(40);  // becomes partitioned
  for (int i = 0; i < 60; ++i) plan.add(1 + static_cast<std::size_t>(i) % 30);  // and splits
  plan.add(1600);                                                               // is clustered anew
  for (int i = 0; i < 60; ++i) plan.add(1);
  run(plan);
}

TEST_P(IndexThreadsTest, AnswersStayExactWhileRowsComeAndGo) {
  Plan plan(GetParam());
  for (int round = 0; round < 3; ++round) {
    plan.add(500);
    for (int i = 0; i < 20; ++i) {
      plan.add(45);
      plan.remove(7);
      plan.add(1);
      plan.remove(1);
    }
    plan.remove(plan.rows(plan.size()) - 100);  // becomes flat
    for (int i = 0; i < 9; ++i) plan.remove(10);
    plan.remove(10);  // empty
  }
  run(plan);
}

// Times out if searches that overlap without a gap keep changes out.
TEST_P(IndexThreadsTest, AChangeGetsItsTurnBesideEndlessSearches) {
  RowMix mix(GetParam(), 5);
  index->add(test::ids_from(1, 5000), mix.next(5000));
  const EmbeddingBatch queries = mix.next(20);
  constexpr std::size_t kSearchers = 6;
  std::latch searching(kSearchers);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < kSearchers; ++t) {
    threads.emplace_back([&, t] {
      index->search(queries.row(t), 500);
      searching.count_down();
      for (std::size_t i = t; !over; ++i) index->search(queries.row(i % queries.rows()), 500);
    });
  }
  searching.wait();
  for (std::uint64_t id = 5001; id <= 5050; ++id) index->add(test::ids_from(id, 1), mix.next(1));
  EXPECT_EQ(index->remove(test::ids_from(1, 5000)), 5000U);
  EXPECT_EQ(index->size(), 50U);
  over = true;
}

}  // namespace
}  // namespace simdb
