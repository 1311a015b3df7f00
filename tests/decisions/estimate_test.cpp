#include <gtest/gtest.h>

#include "simdb/calibration.h"
#include "tests/decisions/galleries.h"

namespace simdb {
namespace {

using test::OpenGallery;

// R: binom.test(x, n)$conf.int
TEST(EstimateTest, SharesHaveClopperPearsonsInterval) {
  const EstimatedShare share = estimated_share(3, 20);
  EXPECT_NEAR(share.low, 0.032071, 1e-6);
  EXPECT_NEAR(share.high, 0.378927, 1e-6);
  EXPECT_NEAR(estimated_share(0, 10).high, 0.308497, 1e-6);
  EXPECT_EQ(estimated_share(0, 10).low, 0);
  EXPECT_NEAR(estimated_share(10, 10).low, 0.691503, 1e-6);
  EXPECT_EQ(estimated_share(10, 10).high, 1);
  EXPECT_EQ(estimated_share(0, 0).low, 0);
  EXPECT_EQ(estimated_share(0, 0).high, 1);
}

TEST(EstimateTest, StrangersOfDistantClassesAreCaught) {
  OpenGallery gallery;
  for (const double degrees : {0.0, 60.0, 120.0}) {
    EmbeddingBatch rows(16);
    for (int i = 0; i < 30; ++i) rows.append(test::at_degrees({degrees + i / 10.0}));
    gallery.add(std::to_string(degrees), rows);
  }
  const CalibrationEstimate apart =
      AnswerSets(Calibration::compute(*gallery), 0.05).estimate(*gallery, 0.5F);
  EXPECT_EQ(apart.accepted.of, 90U);
  EXPECT_EQ(apart.accepted.count, 0U);
  EXPECT_EQ(apart.auroc, 1);
  EXPECT_EQ(apart.alpha, 0.05);
}

TEST(EstimateTest, StrangersThatLieAmongTheOthersAreNot) {
  OpenGallery gallery;  // three names of one class
  for (std::uint64_t name = 0; name < 3; ++name) {
    gallery.add(std::to_string(name), test::random_embeddings(40, 16, name));
  }
  const CalibrationEstimate mixed =
      AnswerSets(Calibration::compute(*gallery), 0.05).estimate(*gallery, 0.5F);
  EXPECT_GT(mixed.accepted.share(), 0.8);
  EXPECT_LT(mixed.auroc, 0.8);
}

TEST(EstimateTest, UncalibratedClassesGoByTheirSimilarity) {
  OpenGallery gallery;
  EmbeddingBatch rows(16);
  for (int i = 0; i < 30; ++i) rows.append(test::at_degrees({i / 10.0}));
  gallery.add("many", rows);
  const auto few = gallery->get(gallery.add("few", test::at_degrees({40})).front())->info.digest;
  const auto trained_on = [&](const Sha256& digest) { return digest == few; };
  const AnswerSets sets(Calibration::compute(*gallery, {}, std::nullopt, trained_on), 0.05);
  EXPECT_EQ(sets.estimate(*gallery, 0.5F).accepted.count, 30U);
  EXPECT_EQ(sets.estimate(*gallery, 0.9F).accepted.count, 0U);
}

// Each of three classes lies on one other: so would a fourth, half of the time.
TEST(EstimateTest, AllowsForTheClassThatIsLeftOut) {
  OpenGallery gallery;
  for (const double degrees : {0.0, 0.05, 90.0}) {
    EmbeddingBatch rows(16);
    for (int i = 0; i < 30; ++i) rows.append(test::at_degrees({degrees + i / 10.0}));
    gallery.add(std::to_string(degrees), rows);
  }
  const CalibrationEstimate estimate =
      AnswerSets(Calibration::compute(*gallery), 0.05).estimate(*gallery, 0.5F);
  EXPECT_EQ(estimate.accepted.count, 60U + 60U / 2);
}

TEST(EstimateTest, AsksAFewOfMany) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(40, 16, 1));
  const AnswerSets sets(Calibration::compute(*gallery), 0.05);
  EXPECT_EQ(sets.estimate(*gallery, 0.5F, 7).accepted.of, 7U);
}

}  // namespace
}  // namespace simdb
