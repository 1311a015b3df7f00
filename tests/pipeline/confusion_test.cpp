#include "pipeline/confusion.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "pipeline/different_items.h"
#include "tests/support/embeddings.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

// `sizes[c]` items around the c-th axis of 16, of class "c<c>", and as many copies of each.
std::unique_ptr<test::PlainGallery> gallery_of(const std::vector<std::size_t>& sizes,
                                               float noise_share, int copies = 1) {
  auto gallery = std::make_unique<test::PlainGallery>(16);
  const EmbeddingBatch noise = test::random_embeddings(1000, 16, 3);
  std::size_t next = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    for (std::size_t i = 0; i < sizes[c]; ++i) {
      std::vector<float> values(noise.row(next).begin(), noise.row(next).end());
      ++next;
      for (float& value : values) value *= noise_share;
      values[c] += 1;
      for (int copy = 0; copy < copies; ++copy) {
        EmbeddingBatch row(16);
        row.append_normalized(values);
        const NewItem item{{.class_name = "c" + std::to_string(c)}, {}};
        gallery->add(std::span(&item, 1), row);
      }
    }
  }
  return gallery;
}

TEST(ConfusionTest, CountsWhatEachClassIsTakenFor) {
  const auto gallery = gallery_of({10, 10, 1}, 0.2F);
  const ItemId wrong[] = {ItemId{3}, ItemId{4}, ItemId{15}};  // now of the other class
  gallery->update(std::span(wrong).first(2), {.class_name = "c1"});
  gallery->update(std::span(wrong).last(1), {.class_name = "c0"});
  const Confusion found = find_confusion(*gallery, {.k = 5}, nullptr, 1000);
  EXPECT_EQ(found.items, 20U) << "the only item of c2 can't be asked";
  EXPECT_EQ(found.of, 21U);
  ASSERT_EQ(found.classes.size(), 2U);
  EXPECT_EQ(found.classes[0].class_name, "c0");
  EXPECT_EQ(found.classes[0].items, 9U);
  EXPECT_EQ(found.classes[0].right, 8U);
  EXPECT_EQ(found.classes[1].items, 11U);
  EXPECT_EQ(found.classes[1].right, 9U);
  ASSERT_EQ(found.confusions.size(), 2U);
  EXPECT_EQ(found.confusions[0].class_name, "c1");
  EXPECT_EQ(found.confusions[0].predicted, "c0");
  EXPECT_EQ(found.confusions[0].items, 2U);
  EXPECT_EQ(found.confusions[1].items, 1U);
  EXPECT_DOUBLE_EQ(found.quality.accuracy, 17.0 / 20);
  EXPECT_DOUBLE_EQ(found.quality.balanced_accuracy, (8.0 / 9 + 9.0 / 11) / 2);
  std::size_t rated = 0;
  double error = 0;
  for (const CalibrationBin& bin : found.reliability) {
    EXPECT_GT(bin.answers, 0U);
    rated += bin.answers;
    error += static_cast<double>(bin.answers) * std::abs(bin.confidence - bin.accuracy) / 20;
  }
  EXPECT_EQ(rated, 20U);
  EXPECT_NEAR(found.quality.calibration_error, error, 1e-12);
  EXPECT_FALSE(found.unknown);
}

TEST(ConfusionTest, ACopyIsNotAskedAndFindsNotItself) {
  const Confusion once = find_confusion(*gallery_of({20, 20}, 2), {.k = 1}, nullptr, 1000);
  const Confusion twice = find_confusion(*gallery_of({20, 20}, 2, 2), {.k = 1}, nullptr, 1000);
  EXPECT_EQ(twice.items, 40U);
  EXPECT_EQ(twice.of, 80U);
  EXPECT_EQ(twice.quality.accuracy, once.quality.accuracy);
  EXPECT_LT(once.quality.accuracy, 1);
}

TEST(ConfusionTest, DrawsTheSameItemsAgain) {
  const auto gallery = gallery_of({30, 30}, 2);
  const Confusion some = find_confusion(*gallery, {}, nullptr, 10);
  EXPECT_EQ(some.items, 10U);
  EXPECT_EQ(some.of, 60U);
  EXPECT_EQ(some.quality.accuracy, find_confusion(*gallery, {}, nullptr, 10).quality.accuracy);
  const DifferentItems items = different_items(*gallery, [] {});
  EXPECT_EQ(items.draw(10), items.draw(10));
  EXPECT_EQ(items.draw(1000).size(), 60U);
}

// As the promise has it: for no class is the item like its own, itself left out.
TEST(ConfusionTest, TellsHowManyWouldBeUnknown) {
  const auto gallery = gallery_of({40, 60, 30, 50}, 0.9F);
  const DifferentItems items = different_items(*gallery, [] {});
  const Calibration calibration = Calibration::compute(*gallery);
  for (const std::size_t k : {1U, 5U}) {
    for (const double alpha : {0.05, 0.2, 0.5}) {
      const QueryOptions options{.k = k};
      const AnswerSets sets(calibration, alpha);
      std::uint64_t expected = 0;
      for (std::size_t row = 0; row < items.ids.size(); ++row) {
        std::vector<float> best(4, -1);
        for (std::size_t other = 0; other < items.ids.size(); ++other) {
          if (other == row) continue;
          float& of_class = best[static_cast<std::size_t>(items.labels[other])];
          of_class = std::max(of_class,
                              similarity(items.embeddings.row(row), items.embeddings.row(other)));
        }
        bool is_possible = false;
        for (std::size_t c = 0; c < 4; ++c) {
          const auto p = sets.standing(items.class_names[c], best[c], options).p;
          is_possible = is_possible || p.value_or(0) > alpha;
        }
        expected += is_possible ? 0 : 1;
      }
      const Confusion found = find_confusion(*gallery, options, &sets, 1000);
      ASSERT_TRUE(found.unknown);
      EXPECT_EQ(found.unknown->of, 180U);
      EXPECT_EQ(found.unknown->count, expected) << k << " " << alpha;
      EXPECT_LE(found.unknown->share(), alpha);
      EXPECT_TRUE(expected > 0 || alpha < 0.1);
    }
  }
}

TEST(ConfusionTest, OfNothingTellsNothingAndCanBeStopped) {
  const test::PlainGallery empty(16);
  EXPECT_EQ(find_confusion(empty, {}, nullptr, 10).items, 0U);
  struct Stop {};
  EXPECT_THROW(find_confusion(*gallery_of({5, 5}, 1), {}, nullptr, 10, [] { throw Stop(); }), Stop);
}

}  // namespace
}  // namespace simdb
