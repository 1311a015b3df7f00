#include "decisions/class_scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/random_order.h"
#include "decisions/class_rules.h"
#include "index/best_similarity.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

Sha256 digest_of(std::uint64_t number) { return sha256(std::as_bytes(std::span(&number, 1))); }

// Items 1, 2, ... of a class, each with a digest of its own.
ClassItems items_of(const EmbeddingBatch& rows) {
  ClassItems all(rows.dimension());
  all.embeddings = rows;
  for (std::uint64_t i = 0; i < rows.rows(); ++i) {
    all.items.push_back({ItemId{i + 1}, digest_of(i), ""});
    all.trained_on.push_back(false);
  }
  return all;
}

ClassItems chosen(const ClassItems& all, std::span<const std::size_t> places) {
  ClassItems some(all.embeddings.dimension());
  for (const std::size_t place : places) {
    some.items.push_back(all.items[place]);
    some.embeddings.append_unit(all.embeddings.row(place));
    some.trained_on.push_back(all.trained_on[place]);
  }
  return some;
}

// The share of all, x among them, that are no more like the rest than x is: full conformal
// prediction as it is defined. Of `calibrating` the scores count; the rest are only compared with.
double full_conformal(const EmbeddingBatch& items, const std::vector<bool>& calibrating,
                      std::span<const float> x) {
  EmbeddingBatch all = items;
  all.append_unit(x);
  const std::size_t last = items.rows();
  const auto score = [&](std::size_t i) {
    float best = kNoSimilarity;
    for (std::size_t j = 0; j <= last; ++j) {
      if (j != i) best = std::max(best, similarity(all.row(i), all.row(j)));
    }
    return best;
  };
  const float own = score(last);
  std::size_t count = 1;
  std::size_t n = 1;
  for (std::size_t i = 0; i < last; ++i) {
    if (!calibrating[i]) continue;
    ++n;
    count += score(i) <= own ? 1 : 0;
  }
  return static_cast<double>(count) / static_cast<double>(n);
}

double p_value(const ClassScores& scores, const EmbeddingBatch& items, std::span<const float> x) {
  float own = kNoSimilarity;
  for (std::size_t i = 0; i < items.rows(); ++i) own = std::max(own, similarity(items.row(i), x));
  const auto no_larger = std::ranges::count_if(
      scores.calibrating, [&](const ItemScore& item) { return item.score <= own; });
  return (1 + static_cast<double>(no_larger)) /
         (static_cast<double>(scores.calibrating.size()) + 1);
}

// Corners of a cube tie often, and rarely are the same one.
TEST(ClassScoresTest, AreFullConformalPrediction) {
  std::mt19937_64 random(3);
  int compared = 0;
  for (std::uint64_t seed = 0; compared < 6000; ++seed) {
    const std::size_t n = 1 + random() % 24;
    const EmbeddingBatch rows = seed % 2 == 0 ? test::corner_embeddings(n + 4, seed)
                                              : test::random_embeddings(n + 4, 4, seed);
    EmbeddingBatch items(rows.dimension());
    for (std::size_t i = 0; i < n; ++i) items.append_unit(rows.row(i));
    ClassItems all = items_of(items);
    const std::vector<std::uint32_t> groups = group_items(all.items, items);
    if (std::ranges::max(groups) + 1 != n) continue;  // two are the same corner
    // Every third was trained on: it is compared with, and does not calibrate.
    std::vector<bool> calibrating(n, true);
    for (std::size_t i = 0; i < n; ++i) {
      all.trained_on[i] = seed % 3 == 0 && random() % 3 == 0;
      calibrating[i] = !all.trained_on[i];
    }
    const ClassScores scores = score_class(all);
    for (std::size_t x = n; x < rows.rows(); ++x, ++compared) {
      ASSERT_EQ(p_value(scores, items, rows.row(x)),
                full_conformal(items, calibrating, rows.row(x)))
          << "seed " << seed << ", " << n << " items";
    }
  }
}

TEST(ClassScoresTest, OnlyTheSmallestDigestsCalibrateALargeClass) {
  const EmbeddingBatch rows = test::random_embeddings(kCalibratingItems + 500, 8, 1);
  const ClassItems all = items_of(rows);
  const ClassScores scores = score_class(all);
  ASSERT_EQ(scores.calibrating.size(), kCalibratingItems);
  std::vector<std::uint64_t> keys;
  for (const GroupedItem& item : all.items) keys.push_back(content_key(item.digest, {}));
  std::sort(keys.begin(), keys.end());
  for (const ItemScore& item : scores.calibrating) {
    const std::size_t row = to_number(item.id) - 1;
    EXPECT_LT(content_key(all.items[row].digest, {}), keys[kCalibratingItems]);
  }
  // Against all of them, calibrating or not.
  std::vector<bool> calibrating(rows.rows(), false);
  for (const ItemScore& item : scores.calibrating) calibrating[to_number(item.id) - 1] = true;
  const EmbeddingBatch x = test::random_embeddings(1, 8, 2);
  EXPECT_EQ(p_value(scores, rows, x.row(0)), full_conformal(rows, calibrating, x.row(0)));
}

TEST(ClassScoresTest, DuplicatesCountOnceAndNotForEachOther) {
  const EmbeddingBatch rows = test::random_embeddings(30, 8, 1);
  ClassItems twice = items_of(rows);
  const ClassScores once = score_class(twice);
  for (std::size_t i = 0; i < rows.rows(); ++i) {  // the same file, and the same pixels
    twice.items.push_back({ItemId{100 + i}, digest_of(i % 2 == 0 ? i : 1000 + i), ""});
    twice.embeddings.append_unit(rows.row(i));
    twice.trained_on.push_back(false);
  }
  const ClassScores scores = score_class(twice);
  EXPECT_EQ(scores.groups, 30U);
  ASSERT_EQ(scores.calibrating.size(), 30U);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(scores.calibrating[i].score, once.calibrating[i].score);
  }
}

TEST(ClassScoresTest, FramesOfAGroupDoNotCountForEachOther) {
  // Ten films of five frames, which are much alike.
  ClassItems films = items_of(test::random_embeddings(10, 8, 1));
  const ClassScores single = score_class(films);
  std::mt19937_64 random(1);
  std::normal_distribution<float> noise(0, 1e-4F);
  for (std::size_t film = 0; film < 10; ++film) {
    films.items[film].group = "film " + std::to_string(film);
    for (std::size_t frame = 0; frame < 4; ++frame) {
      std::vector<float> values(films.embeddings.row(film).begin(),
                                films.embeddings.row(film).end());
      for (float& value : values) value += noise(random);
      films.items.push_back({ItemId{films.items.size() + 1}, digest_of(100 + films.items.size()),
                             films.items[film].group});
      films.embeddings.append_normalized(values);
      films.trained_on.push_back(false);
    }
  }
  const ClassScores scores = score_class(films);
  EXPECT_EQ(scores.groups, 10U);
  ASSERT_EQ(scores.calibrating.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(scores.calibrating[i].score, single.calibrating[i].score, 0.01F);
  }
}

TEST(ClassScoresTest, AGroupThatWasTrainedOnDoesNotCalibrate) {
  ClassItems all = items_of(test::random_embeddings(6, 8, 1));
  all.items[4].group = all.items[5].group = "one film";
  all.trained_on[4] = true;
  const ClassScores scores = score_class(all);
  EXPECT_TRUE(scores.has_trained_on);
  EXPECT_EQ(scores.groups, 5U);
  EXPECT_EQ(scores.calibrating.size(), 4U);
  EXPECT_TRUE(scores.drawn.empty());
}

TEST(ClassScoresTest, DrawsFewShotScoresByDigest) {
  const ClassItems all = items_of(test::random_embeddings(8, 8, 1));
  std::vector<std::size_t> order(8);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::size_t i) { return content_key(all.items[i].digest, {}); });
  const ClassScores scores = score_class(all);
  ASSERT_EQ(scores.drawn.size(), 7U);
  for (std::size_t n = 1; n < 8; ++n) {
    float best = kNoSimilarity;
    for (std::size_t i = 0; i < n; ++i) {
      best = std::max(best, similarity(all.embeddings.row(order[i]), all.embeddings.row(order[n])));
    }
    EXPECT_EQ(scores.drawn[n - 1], best);
  }
}

// Items in any order and in any pieces, duplicates and groups among them, end in the same scores.
TEST(ClassScoresTest, PiecesInAnyOrderAreTheWhole) {
  std::mt19937_64 random(5);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::size_t n = 2 + random() % 60;
    const EmbeddingBatch rows =
        seed % 2 == 0 ? test::corner_embeddings(n, seed) : test::random_embeddings(n, 4, seed);
    ClassItems all = items_of(rows);
    for (GroupedItem& item : all.items) {
      if (random() % 4 == 0) item.digest = digest_of(random() % 5);
      if (random() % 4 == 0) item.digest = {};
      if (random() % 4 == 0) item.group = std::to_string(random() % 8);
    }
    const ClassScores whole = score_class(all);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    shuffle_values(std::span(order), random);
    std::size_t done = 1 + random() % n;
    ClassScores pieces = score_class(chosen(all, std::span(order).first(done)));
    while (done < n) {
      const std::size_t more = std::min(n, done + 1 + random() % 5);
      std::vector<bool> added(more, false);
      std::fill(added.begin() + static_cast<std::ptrdiff_t>(done), added.end(), true);
      pieces = score_class(chosen(all, std::span(order).first(more)), pieces, added);
      done = more;
    }
    ASSERT_EQ(pieces, whole) << "seed " << seed;
  }
}

}  // namespace
}  // namespace simdb
