#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <set>

#include "decisions/class_rules.h"
#include "simdb/calibration.h"
#include "tests/decisions/calibration_bytes.h"
#include "tests/decisions/galleries.h"
#include "tests/decisions/plain_scan.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::ask;
using test::OpenGallery;

using test::best_of_class;
using test::Possible;
using test::possible_of;

TEST(AnswerSetsTest, AreThoseOfAPlainScan) {
  std::mt19937_64 random(1);
  test::SetSizes sizes{};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    OpenGallery gallery;
    const EmbeddingBatch rows = seed % 2 == 0 ? test::corner_embeddings(800, seed)
                                              : test::clustered_embeddings(800, 16, 12, seed);
    for (std::size_t i = 0; i < rows.rows();) {
      EmbeddingBatch some(16);
      for (std::size_t n = 1 + random() % 45; n > 0 && i < rows.rows(); --n, ++i) {
        some.append_unit(rows.row(i));
      }
      gallery.add("class " + std::to_string(random() % 40), some);
    }
    const EmbeddingBatch queries = seed % 2 == 0 ? test::corner_embeddings(60, 100 + seed)
                                                 : test::clustered_embeddings(60, 16, 14, seed);
    test::expect_plain_scan(*gallery, queries, {"class 1", "class 2", "class 39"}, random, sizes);
  }
  for (const std::size_t count : sizes) EXPECT_GT(count, 10U);
}

TEST(AnswerSetsTest, ManyAreDecidedAsOneByOne) {
  OpenGallery gallery;
  for (std::uint64_t c = 0; c < 6; ++c) {
    gallery.add("class " + std::to_string(c), test::clustered_embeddings(30, 16, 2, c));
  }
  const AnswerSets sets(Calibration::compute(*gallery), 0.05);
  const EmbeddingBatch queries = test::clustered_embeddings(50, 16, 12, 9);
  std::vector<Prediction> predictions;
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    predictions.push_back(ask(*gallery, queries.row(q), {}));
  }
  std::atomic<std::size_t> checks = 0;
  const auto many = sets.decide_batch(*gallery, queries, predictions, {}, [&] { ++checks; });
  ASSERT_EQ(many.size(), queries.rows());
  EXPECT_EQ(checks, queries.rows());
  for (std::size_t q = 0; q < many.size(); ++q) {
    const Decision one = sets.decide(*gallery, queries.row(q), predictions[q], {});
    EXPECT_EQ(many[q].verdict, one.verdict);
    EXPECT_EQ(possible_of(many[q]), possible_of(one));
  }
  predictions.pop_back();
  EXPECT_EQ(test::code_of([&] { sets.decide_batch(*gallery, queries, predictions, {}); }),
            ErrorCode::kUsage);
}

EmbeddingBatch around(std::span<const float> centre, std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> noise(0, 0.1F);
  EmbeddingBatch rows(centre.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> values(centre.begin(), centre.end());
    for (float& value : values) value += noise(random);
    rows.append_normalized(values);
  }
  return rows;
}

// How many of `asked` are called unknown.
std::size_t unknown(const AnswerSets& sets, const Gallery& gallery, const EmbeddingBatch& asked) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < asked.rows(); ++i) {
    const QueryOptions options;
    const Decision decision =
        sets.decide(gallery, asked.row(i), ask(gallery, asked.row(i), options), options);
    count += decision.verdict == Verdict::kUnknown ? 1 : 0;
  }
  return count;
}

// The mean over many galleries keeps the promise; that each gallery does is not promised.
TEST(AnswerSetsTest, AtMostAlphaOfTheKnownAreUnknown) {
  std::mt19937_64 random(11);
  constexpr std::size_t kGalleries = 16;
  constexpr std::size_t kAsked = 40;
  for (const std::size_t items : {19U, 39U}) {
    double rejected = 0;
    for (std::size_t i = 0; i < kGalleries; ++i) {
      OpenGallery gallery;
      const EmbeddingBatch centre = test::random_embeddings(1, 16, 1000 + i);
      gallery.add("a", around(centre.row(0), items, random));
      const AnswerSets sets(Calibration::compute(*gallery), 0.05);
      rejected +=
          static_cast<double>(unknown(sets, *gallery, around(centre.row(0), kAsked, random)));
    }
    rejected /= kGalleries * kAsked;
    // Of one gallery the share has the deviation of a beta distribution, sqrt(0.05 * 0.95 / (n +
    // 2)), beside that of the images that are asked.
    const double error =
        std::sqrt(0.05 * 0.95 / kGalleries * (1.0 / static_cast<double>(items + 2) + 1.0 / kAsked));
    EXPECT_LE(rejected, 0.05 + 3 * error) << items << " items";
    EXPECT_GE(rejected, 0.05 - 4 * error) << items << " items";  // neither is it useless
  }
}

// With every item there twice, scores that counted the copy would be 1, and reject all.
TEST(AnswerSetsTest, DuplicatesRejectNothing) {
  std::mt19937_64 random(12);
  double rejected = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    OpenGallery gallery;
    const EmbeddingBatch centre = test::random_embeddings(1, 16, 2000 + i);
    const EmbeddingBatch items = around(centre.row(0), 39, random);
    gallery.add("a", items);
    gallery.add("a", items);  // under other digests
    const AnswerSets sets(Calibration::compute(*gallery), 0.05);
    rejected += static_cast<double>(unknown(sets, *gallery, around(centre.row(0), 40, random)));
  }
  EXPECT_LE(rejected / (10 * 40), 0.05 + 3 * 0.0151);
}

// Items that the encoder was trained on lie closer together than new ones.
TEST(AnswerSetsTest, WhatWasTrainedOnRejectsNothing) {
  std::mt19937_64 random(13);
  double rejected = 0;
  double naive = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    OpenGallery gallery;
    const EmbeddingBatch centre = test::random_embeddings(1, 16, 3000 + i);
    EmbeddingBatch tight(16);
    const EmbeddingBatch noisy = around(centre.row(0), 60, random);
    for (std::size_t row = 0; row < noisy.rows(); ++row) {
      std::vector<float> values(noisy.row(row).begin(), noisy.row(row).end());
      for (std::size_t d = 0; d < 16; ++d) values[d] = centre.row(0)[d] + values[d] / 4;
      tight.append_normalized(values);
    }
    gallery.add("a", tight);
    std::vector<Sha256> trained;
    for (const ItemId id : gallery->items_of("a")) trained.push_back(gallery->get(id)->info.digest);
    gallery.add("a", around(centre.row(0), 39, random));
    const auto trained_on = [&](const Sha256& digest) {
      return std::ranges::find(trained, digest) != trained.end();
    };
    const EmbeddingBatch asked = around(centre.row(0), 40, random);
    rejected += static_cast<double>(unknown(
        {Calibration::compute(*gallery, {}, std::nullopt, trained_on), 0.05}, *gallery, asked));
    naive += static_cast<double>(unknown({Calibration::compute(*gallery), 0.2}, *gallery, asked));
  }
  EXPECT_LE(rejected / (10 * 40), 0.05 + 3 * 0.0151);
  EXPECT_GT(naive / (10 * 40), 0.3);  // of which 0.2 were promised
}

// Classes are drawn, of n items each; the promise is that of a new class, on average.
TEST(AnswerSetsTest, AtMostAlphaOfANewClassAreUnknown) {
  std::mt19937_64 random(14);
  for (const std::size_t shots : {1U, 2U, 5U}) {
    std::size_t rejected = 0;
    constexpr std::size_t kGalleries = 8;
    constexpr std::size_t kNew = 20;
    for (std::size_t i = 0; i < kGalleries; ++i) {
      const EmbeddingBatch centres = test::random_embeddings(19 + kNew, 16, 4000 + i);
      OpenGallery gallery;
      for (std::size_t c = 0; c < 19; ++c) {
        gallery.add("old " + std::to_string(c), around(centres.row(c), 6, random));
      }
      for (std::size_t c = 0; c < kNew; ++c) {
        gallery.add("new " + std::to_string(c), around(centres.row(19 + c), shots, random));
      }
      const auto state = test::state_of(Calibration::compute(*gallery), *gallery);
      // The new classes must not calibrate each other: with more than `shots` items none does.
      const ClassRules rules(state, 0.05);
      for (std::size_t c = 0; c < kNew; ++c) {
        const auto place = state->place_of("new " + std::to_string(c));
        ASSERT_EQ(rules.calibrated_by(*place), CalibratedBy::kClasses);
        const EmbeddingBatch asked = around(centres.row(19 + c), 1, random);
        const float best = best_of_class(*gallery, state->classes[*place].name, asked.row(0));
        rejected += rules.p_value(*place, best) <= 0.05 ? 1 : 0;
      }
    }
    const double share = static_cast<double>(rejected) / (kGalleries * kNew);
    // As above; of a gallery with 19 classes.
    EXPECT_LE(share, 0.05 + 3 * std::sqrt(0.05 * 0.95 / kGalleries * (1.0 / 21 + 1.0 / kNew)))
        << shots << " items per class";
    EXPECT_GT(share, 0) << shots;
  }
}

class VerdictTest : public ::testing::Test {
 protected:
  static EmbeddingBatch near(double degrees, std::size_t count) {
    EmbeddingBatch rows(16);
    for (std::size_t i = 0; i < count; ++i) {
      rows.append(test::at_degrees({degrees + static_cast<double>(i) / 10}));
    }
    return rows;
  }
  Decision decide(double degrees, double alpha, const QueryOptions& options = {}) {
    const EmbeddingBatch query = test::at_degrees({degrees});
    const auto trained_on = [&](const Sha256& digest) { return trained_.contains(digest); };
    return AnswerSets(Calibration::compute(*gallery_, {}, std::nullopt, trained_on), alpha)
        .decide(*gallery_, query.row(0), ask(*gallery_, query.row(0), options), options);
  }

  void trained_on(std::span<const ItemId> ids) {
    for (const ItemId id : ids) trained_.insert(gallery_->get(id)->info.digest);
  }

  OpenGallery gallery_;
  std::set<Sha256> trained_;
};

TEST_F(VerdictTest, OneClassIsKnownSeveralAreAmbiguousNoneIsUnknown) {
  gallery_.add("a", near(0, 30));
  gallery_.add("b", near(90, 30));
  EXPECT_EQ(decide(1, 0.05).verdict, Verdict::kKnown);
  EXPECT_EQ(decide(1, 0.05).possible.at(0).class_name, "a");
  EXPECT_GT(*decide(1, 0.05).possible.at(0).p, 0.05);
  EXPECT_EQ(decide(45, 0.05).verdict, Verdict::kUnknown);
  EXPECT_TRUE(decide(45, 0.05).possible.empty());
  gallery_.add("c", near(0.05, 30));
  EXPECT_EQ(decide(1, 0.05).verdict, Verdict::kAmbiguous);
  EXPECT_EQ(decide(1, 0.05).possible.size(), 2U);
}

TEST_F(VerdictTest, UncalibratedClassesGoByTheirSimilarity) {
  gallery_.add("a", near(0, 30));
  trained_on(gallery_.add("few", near(90, 2)));
  EXPECT_EQ(decide(90, 0.05).verdict, Verdict::kUncalibrated);
  EXPECT_EQ(decide(90, 0.05).possible.at(0).class_name, "few");
  EXPECT_FALSE(decide(90, 0.05).possible.at(0).p);
  // Not near enough.
  EXPECT_EQ(decide(150, 0.05, {.accept_similarity = 0.9F}).verdict, Verdict::kUnknown);
  // Beside one that has a p-value.
  trained_on(gallery_.add("few", near(1.05, 1)));
  EXPECT_EQ(decide(1.05, 0.05, {.k = 1}).possible.size(), 2U);
  EXPECT_EQ(decide(1.05, 0.05, {.k = 1}).verdict, Verdict::kAmbiguous);
}

TEST_F(VerdictTest, ClassesOfFewItemsGoByThoseOfAllClasses) {
  gallery_.add("a", near(0, 30));
  gallery_.add("few", near(90, 2));
  const Decision known = decide(90, 0.05);
  EXPECT_EQ(known.verdict, Verdict::kKnown);
  EXPECT_EQ(known.possible.at(0).calibrated_by, CalibratedBy::kAllItems);
  EXPECT_EQ(*known.possible.at(0).p, 1);
  EXPECT_EQ(decide(100, 0.05).verdict, Verdict::kUnknown);
}

TEST_F(VerdictTest, FamiliarityIsHigherNearItems) {
  gallery_.add("a", near(0, 30));
  gallery_.add("b", near(90, 30));
  EXPECT_GT(decide(1, 0.05).familiarity, decide(10, 0.05).familiarity);
  EXPECT_GT(decide(10, 0.05).familiarity, decide(45, 0.05).familiarity);
}

TEST_F(VerdictTest, ASelectionOfItemsLeavesNoPValues) {
  const auto ids = gallery_.add("a", near(0, 30));
  EXPECT_EQ(decide(1, 0.05, {.filter = {.ids = {ids}}}).verdict, Verdict::kUncalibrated);
}

TEST_F(VerdictTest, AnEmptyGalleryKnowsNothing) {
  EXPECT_EQ(decide(1, 0.05).verdict, Verdict::kUnknown);
}

TEST(AnswerSetsTest, RefusesWhatIsNoShare) {
  OpenGallery gallery;
  EXPECT_EQ(test::code_of([&] { AnswerSets(Calibration::compute(*gallery), 1); }),
            ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
