#include "simdb/why.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/decisions/galleries.h"

namespace simdb {
namespace {

using test::ask;
using test::OpenGallery;

// A few classes of mixed sizes, most of them small: their means have a say.
void fill(OpenGallery& gallery, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const EmbeddingBatch rows = seed % 2 == 0 ? test::corner_embeddings(150, seed)
                                            : test::clustered_embeddings(150, 16, 5, seed);
  for (std::size_t i = 0; i < rows.rows();) {
    EmbeddingBatch some(16);
    for (std::size_t n = 1 + random() % 30; n > 0 && i < rows.rows(); --n, ++i) {
      some.append_unit(rows.row(i));
    }
    gallery.add("class " + std::to_string(random() % 6), some);
  }
}

void expect_same(const Prediction& claimed, const Prediction& real) {
  EXPECT_EQ(claimed.class_name, real.class_name);
  EXPECT_EQ(claimed.confidence, real.confidence);
  EXPECT_EQ(claimed.accepted, real.accepted);
  ASSERT_EQ(claimed.ranking.size(), real.ranking.size());
  for (std::size_t i = 0; i < real.ranking.size(); ++i) {
    EXPECT_EQ(claimed.ranking[i].class_name, real.ranking[i].class_name);
    EXPECT_EQ(claimed.ranking[i].score, real.ranking[i].score);
  }
  ASSERT_EQ(claimed.neighbors.empty(), real.neighbors.empty());
  for (std::size_t i = 0; i < claimed.neighbors.size(); ++i) {
    EXPECT_EQ(claimed.neighbors[i].id, real.neighbors[i].id);
  }
}

void expect_same(const Decision& claimed, const Decision& real) {
  EXPECT_EQ(claimed.verdict, real.verdict);
  EXPECT_EQ(claimed.familiarity, real.familiarity);
  ASSERT_EQ(claimed.possible.size(), real.possible.size());
  for (std::size_t i = 0; i < real.possible.size(); ++i) {
    EXPECT_EQ(claimed.possible[i].class_name, real.possible[i].class_name);
    EXPECT_EQ(claimed.possible[i].similarity, real.possible[i].similarity);
    EXPECT_EQ(claimed.possible[i].p, real.possible[i].p);
  }
}

TEST(WhyTest, TheAnswerWithoutItemsIsThatAfterTheirRemoval) {
  std::size_t others = 0;
  std::size_t overturned = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const EmbeddingBatch queries = seed % 2 == 0 ? test::corner_embeddings(4, 50 + seed)
                                                 : test::clustered_embeddings(4, 16, 7, seed);
    OpenGallery gallery;
    fill(gallery, seed);
    const AnswerSets sets(Calibration::compute(*gallery), 0.3);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", query " + std::to_string(q));
      QueryOptions options{.k = 1 + 3 * q};
      if (q == 2) options.filter.class_names = {"class 1", "class 2", "class 4"};
      if (q == 3) options.within = 0.25F;
      if (seed == 4) options.rule = {.temperature = 0.2, .size_exponent = 0.5};
      const auto query = queries.row(q);
      const Prediction now = ask(*gallery, query, options);
      const Decision decision = sets.decide(*gallery, query, now, options);
      const Explanation why = explain(*gallery, query, now, options, &sets, &decision);
      std::vector<AnswerWithout> claims;
      for (std::size_t i = 0; i < std::min<std::size_t>(6, why.voters.size()); ++i) {
        claims.push_back(*why.voters[i].without);
        EXPECT_EQ(claims[i].items, std::vector{now.neighbors[i].id});
        others += claims[i].is_other ? 1 : 0;
      }
      if (why.overturned) {
        claims.push_back(*why.overturned);
        EXPECT_NE(claims.back().prediction.class_name, now.class_name);
        ++overturned;
      }
      for (const AnswerWithout& claim : claims) {
        OpenGallery copy;
        fill(copy, seed);
        ASSERT_EQ(copy->remove(claim.items), claim.items.size());
        const Prediction real = ask(*copy, query, options);
        expect_same(claim.prediction, real);
        expect_same(*claim.decision, sets.decide(*copy, query, real, options));
        // One fewer does not overturn it.
        if (&claim != &claims.back() || !why.overturned || claim.items.size() == 1) continue;
        OpenGallery before;
        fill(before, seed);
        before->remove(std::span(claim.items).first(claim.items.size() - 1));
        EXPECT_EQ(ask(*before, query, options).class_name, now.class_name);
      }
    }
  }
  EXPECT_GT(others, 3U);
  EXPECT_GT(overturned, 5U);
}

class WhyCircleTest : public ::testing::Test {
 protected:
  // Items at `degrees`, `degrees` + 0.1, ...
  std::vector<ItemId> add(const std::string& name, double degrees, std::size_t count) {
    EmbeddingBatch rows(16);
    for (std::size_t i = 0; i < count; ++i) {
      rows.append(test::at_degrees({degrees + static_cast<double>(i) / 10}));
    }
    return gallery_.add(name, rows);
  }
  Explanation why(double degrees, const QueryOptions& options = {}) {
    return explain(*gallery_, at(degrees).row(0), answer(degrees, options), options);
  }
  Explanation why_by_p(double degrees, double alpha, const QueryOptions& options = {}) {
    const AnswerSets sets(Calibration::compute(*gallery_), alpha);
    const Prediction prediction = answer(degrees, options);
    const Decision decision = sets.decide(*gallery_, at(degrees).row(0), prediction, options);
    return explain(*gallery_, at(degrees).row(0), prediction, options, &sets, &decision);
  }
  static EmbeddingBatch at(double degrees) { return test::at_degrees({degrees}); }
  Prediction answer(double degrees, const QueryOptions& options) {
    return ask(*gallery_, at(degrees).row(0), options);
  }

  OpenGallery gallery_;
};

TEST_F(WhyCircleTest, SharesAreThoseOfTheVote) {
  add("a", 0, 3);
  add("b", 20, 2);
  const Explanation why = this->why(8);
  const Prediction now = answer(8, {});
  ASSERT_EQ(why.voters.size(), 5U);
  for (const ClassScore& entry : now.ranking) {
    double sum = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      if (now.neighbors[i].class_name == entry.class_name) sum += why.voters[i].share;
    }
    EXPECT_NEAR(sum, entry.score, 1e-12);
  }
  EXPECT_GT(why.voters[0].share, why.voters[2].share);
  ASSERT_EQ(why.classes.size(), 2U);
  EXPECT_EQ(why.classes[0].class_name, "a");
  EXPECT_EQ(why.classes[0].voters, 3U);
  EXPECT_EQ(why.classes[0].items, 3U);
  EXPECT_EQ(why.classes[0].share, now.ranking[0].score);
  EXPECT_EQ(why.classes[0].similarity, now.neighbors[0].similarity);
  EXPECT_EQ(why.classes[0].nearest, now.neighbors[0].id);
}

TEST_F(WhyCircleTest, OneItemCanDecide) {
  add("a", 0, 30);
  const ItemId lone = add("b", 40, 1).front();
  add("c", 80, 30);
  const Explanation why = this->why(42, {.k = 3});
  EXPECT_EQ(answer(42, {.k = 3}).class_name, "b");
  ASSERT_TRUE(why.voters[0].without->is_other);
  EXPECT_EQ(why.voters[0].without->prediction.class_name, "c");
  EXPECT_FALSE(why.voters[1].without->is_other);
  ASSERT_TRUE(why.overturned);
  EXPECT_EQ(why.overturned->items, std::vector{lone});
}

TEST_F(WhyCircleTest, WithoutItsOnlyNearItemTheImageIsUnknown) {
  add("a", 0, 30);
  const ItemId lone = add("a", 20, 1).front();
  const Explanation why = why_by_p(20, 0.1);
  ASSERT_EQ(why.classes[0].nearest, lone);
  EXPECT_TRUE(why.classes[0].is_possible);
  const AnswerWithout& without = *why.voters[0].without;
  EXPECT_EQ(without.prediction.class_name, "a");  // the vote stays
  EXPECT_EQ(without.decision->verdict, Verdict::kUnknown);
  EXPECT_TRUE(without.is_other);
  EXPECT_FALSE(why.voters[1].without->is_other);
  // So it is, with a calibration of what is left.
  gallery_->remove(std::span(&lone, 1));
  EXPECT_FALSE(why_by_p(20, 0.1).classes[0].is_possible);
}

TEST_F(WhyCircleTest, ClassesTellWhatTheyNeed) {
  add("a", 0, 30);
  add("b", 90, 30);
  const Explanation known = why_by_p(1, 0.05);
  ASSERT_EQ(known.classes.size(), 2U);  // b is the runner-up
  const ClassStanding& a = known.classes[0].standing;
  EXPECT_EQ(a.calibrated_by, CalibratedBy::kItems);
  EXPECT_EQ(a.scores, 30U);
  EXPECT_DOUBLE_EQ(*a.p, (1 + static_cast<double>(a.no_larger)) / 31);
  ASSERT_TRUE(a.needed);
  EXPECT_GE(known.classes[0].similarity, *a.needed);
  EXPECT_TRUE(known.classes[0].is_possible);
  EXPECT_EQ(known.classes[1].class_name, "b");
  EXPECT_FALSE(known.classes[1].is_possible);
  EXPECT_LT(known.classes[1].similarity, *known.classes[1].standing.needed);
  EXPECT_EQ(known.classes[1].voters, 0U);
  EXPECT_EQ(known.classes[1].share, 0);
  // 30 items can't tell 1 %.
  const ClassStanding never = why_by_p(1, 0.01).classes[0].standing;
  EXPECT_EQ(never.calibrated_by, CalibratedBy::kNothing);
  EXPECT_FALSE(never.needed);
  EXPECT_FALSE(never.p);
}

TEST_F(WhyCircleTest, TheRunnerUpIsFoundBehindTheVoters) {
  add("a", 0, 30);
  const auto b = add("b", 90, 6);
  add("c", 170, 6);
  const Explanation why = this->why(1, {.k = 5});
  ASSERT_EQ(why.classes[0].voters, 5U);
  ASSERT_TRUE(why.runner_up);
  EXPECT_EQ(why.runner_up->class_name, "b");
  EXPECT_EQ(why.runner_up->nearest.size(), kRunnerUpItems);
  EXPECT_EQ(why.runner_up->nearest.front().id, b.front());
  // All 30 items of a can go, then b wins.
  ASSERT_TRUE(why.overturned);
  EXPECT_EQ(why.overturned->items.size(), 30U);
  EXPECT_EQ(why.overturned->prediction.class_name, "b");
  // Not where the filter leaves none.
  EXPECT_FALSE(this->why(1, {.k = 5, .filter = {.class_names = {"a"}}}).runner_up);
}

TEST_F(WhyCircleTest, TheRunnerUpWinsFromTheSimilarityGiven) {
  add("a", 0, 3);
  add("b", 20, 1);
  const QueryOptions options{.k = 4};
  const Explanation why = this->why(5, options);
  ASSERT_TRUE(why.runner_up && why.runner_up->wins_from);
  const double wins =
      std::acos(static_cast<double>(*why.runner_up->wins_from)) * 180 / std::acos(-1);
  for (const double shift : {-0.01, 0.01}) {
    const ItemId old = gallery_->items_of("b").front();
    add("b", 5 + wins + shift, 1);
    gallery_->remove(std::span(&old, 1));
    EXPECT_EQ(answer(5, options).class_name, shift < 0 ? "b" : "a") << shift;
  }
}

TEST_F(WhyCircleTest, ALargeClassCannotWinByOneItem) {
  add("small", 0, 2);
  add("large", 30, 200);
  const Explanation why = this->why(0, {.k = 3});
  ASSERT_TRUE(why.runner_up);
  EXPECT_EQ(why.runner_up->class_name, "large");
  EXPECT_FALSE(why.runner_up->wins_from);
}

TEST_F(WhyCircleTest, FewItemsOrNone) {
  const Explanation none = why(0);
  EXPECT_TRUE(none.voters.empty());
  EXPECT_TRUE(none.classes.empty());
  EXPECT_FALSE(none.runner_up);
  EXPECT_FALSE(none.overturned);
  add("a", 0, 1);
  const Explanation one = why(0);
  ASSERT_EQ(one.voters.size(), 1U);
  EXPECT_EQ(one.voters[0].share, 1);
  EXPECT_EQ(one.voters[0].without->prediction.class_name, "");
  EXPECT_TRUE(one.voters[0].without->is_other);  // there is no answer then
  EXPECT_FALSE(one.runner_up);
  EXPECT_FALSE(one.overturned);
}

TEST_F(WhyCircleTest, ManyVotersAreLeftOutUpToABound) {
  add("a", 0, 150);
  add("b", 90, 150);
  const Explanation why = this->why(0, {.k = 300});
  ASSERT_EQ(why.voters.size(), 300U);
  EXPECT_TRUE(why.voters[kVotersLeftOut - 1].without);
  EXPECT_FALSE(why.voters[kVotersLeftOut].without);
  EXPECT_FALSE(why.overturned);  // it takes more than kWinnersLeftOut
}

}  // namespace
}  // namespace simdb
