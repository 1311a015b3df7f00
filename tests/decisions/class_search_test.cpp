#include "decisions/class_search.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/decisions/plain_scan.h"

namespace simdb {
namespace {

using test::OpenGallery;

// Rows around a centre; `noise` of 0 to 1 in each number.
EmbeddingBatch around(std::span<const float> centre, std::size_t count, float noise,
                      std::mt19937_64& random) {
  std::normal_distribution<float> normal(0, noise);
  EmbeddingBatch rows(centre.size());
  std::vector<float> values(centre.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t d = 0; d < values.size(); ++d) values[d] = centre[d] + normal(random);
    rows.append_normalized(values);
  }
  return rows;
}

// Some classes are tight and some so wide that they are possible for most images. The first
// galleries are small enough to be read whole, the last one is not.
TEST(ClassSearchTest, ManyClassesAndLowThresholds) {
  std::mt19937_64 random(3);
  test::SetSizes sizes{};
  for (const std::size_t classes : {30U, 120U, 330U}) {
    OpenGallery gallery;
    const EmbeddingBatch centres = test::random_embeddings(classes, 16, classes);
    EmbeddingBatch queries = test::random_embeddings(15, 16, 1 + classes);
    for (std::size_t c = 0; c < classes; ++c) {
      const float noise = c % 7 == 0 ? 0.4F : 0.02F + 0.1F * static_cast<float>(c % 5) / 4;
      gallery.add("class " + std::to_string(c),
                  around(centres.row(c), 1 + random() % 30, noise, random));
      if (c % (classes / 15) != 0) continue;
      const EmbeddingBatch near = around(centres.row(c), 1, noise, random);
      queries.append_unit(near.row(0));
    }
    test::expect_plain_scan(*gallery, queries, {"class 7", "class 3", "class 21"}, random, sizes);
    EXPECT_EQ(gallery->stats().items > 4096, classes == 330);
  }
  for (const std::size_t count : sizes) EXPECT_GT(count, 5U);
}

// What the neighbours are silent about is found alike by the first searches, which go through a
// range, and by later ones.
TEST(ClassSearchTest, LaterSearchesFindWhatTheFirstFound) {
  std::mt19937_64 random(4);
  OpenGallery gallery;
  const EmbeddingBatch centres = test::random_embeddings(20, 16, 5);
  for (std::size_t c = 0; c < 20; ++c) {
    gallery.add("class " + std::to_string(c), around(centres.row(c), 40, 0.3F, random));
  }
  const AnswerSets sets(Calibration::compute(*gallery), 0.05);
  const EmbeddingBatch queries = test::random_embeddings(40, 16, 6);
  std::vector<Decision> first;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      const QueryOptions options{.k = 2};
      const Prediction prediction = test::ask(*gallery, queries.row(q), options);
      const Decision decision = AnswerSets(Calibration::compute(*gallery), 0.05)
                                    .decide(*gallery, queries.row(q), prediction, options);
      const Decision later = sets.decide(*gallery, queries.row(q), prediction, options);
      ASSERT_EQ(later.verdict, decision.verdict);
      ASSERT_EQ(later.familiarity, decision.familiarity);
      ASSERT_EQ(later.possible.size(), decision.possible.size());
      for (std::size_t i = 0; i < later.possible.size(); ++i) {
        EXPECT_EQ(later.possible[i].class_name, decision.possible[i].class_name);
        EXPECT_EQ(later.possible[i].similarity, decision.possible[i].similarity);
        EXPECT_EQ(later.possible[i].p, decision.possible[i].p);
      }
    }
  }
}

// The gallery goes on while the calibration stays: what is new has no class for it.
TEST(ClassSearchTest, ItemsThatTheCalibrationDoesNotKnowAreLeftOut) {
  std::mt19937_64 random(7);
  OpenGallery gallery;
  const EmbeddingBatch centres = test::random_embeddings(2, 16, 8);
  gallery.add("a", around(centres.row(0), 40, 0.1F, random));
  const auto old = gallery.add("b", around(centres.row(1), 40, 0.1F, random));
  const AnswerSets sets(Calibration::compute(*gallery), 0.05);
  const std::span<const float> query = centres.row(1);
  const auto is_possible = [&] {
    const QueryOptions options{.k = 1, .filter = {}};
    Prediction prediction = test::ask(*gallery, centres.row(0), options);  // only a is seen
    prediction.neighbors.back().similarity = 1;                            // and bounds nothing
    const Decision decision = sets.decide(*gallery, query, prediction, options);
    return test::possible_of(decision).contains("b");
  };
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(is_possible());
  gallery.add("a", around(centres.row(1), 5, 0.01F, random));
  EXPECT_TRUE(is_possible());
  gallery->remove(old);
  EXPECT_FALSE(is_possible());
}

}  // namespace
}  // namespace simdb
