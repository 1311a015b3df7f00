#include "pipeline/tune.h"

#include <gtest/gtest.h>

#include <memory>

#include "simdb/error.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

using test::code_of;

// Items of classes a and b, which differ in the first of 16 numbers, each stored `copies` times.
std::unique_ptr<test::PlainGallery> gallery_of(std::size_t items, int copies = 1) {
  auto gallery = std::make_unique<test::PlainGallery>(16);
  const EmbeddingBatch noise = test::random_embeddings(items, 16, 3);
  std::vector<NewItem> added;
  EmbeddingBatch rows(16);
  for (std::size_t i = 0; i < items; ++i) {
    std::vector<float> values(noise.row(i).begin(), noise.row(i).end());
    values[0] += i % 2 == 0 ? 0.4F : -0.4F;
    for (int copy = 0; copy < copies; ++copy) {
      added.push_back({{.class_name = i % 2 == 0 ? "a" : "b"}, {}});
      rows.append_normalized(values);
    }
  }
  gallery->add(added, rows);
  return gallery;
}

TEST(TuneTest, FindsAVoteThatIsBetterThanTheNearestItem) {
  const auto gallery = gallery_of(300);
  const Tuning tuning = tune_votes(*gallery, {.k = 1}, 200);
  EXPECT_EQ(tuning.items, 200U);
  EXPECT_EQ(tuning.present.k, 1U);
  EXPECT_GT(tuning.best.quality.accuracy, tuning.present.quality.accuracy);
  EXPECT_LT(tuning.best.quality.brier_score, tuning.present.quality.brier_score);
  EXPECT_EQ(tune_votes(*gallery, {.k = 1}, 200).best.rule, tuning.best.rule);
}

TEST(TuneTest, ACopyFindsNotItself) {
  const Tuning once = tune_votes(*gallery_of(100), {.k = 1});
  const Tuning twice = tune_votes(*gallery_of(100, 2), {.k = 1});
  EXPECT_EQ(twice.items, 100U);
  EXPECT_EQ(twice.present.quality.accuracy, once.present.quality.accuracy);
  EXPECT_LT(once.present.quality.accuracy, 1);
}

TEST(TuneTest, TooLittleIsRefused) {
  EXPECT_EQ(code_of([] { tune_votes(*gallery_of(49), {}); }), ErrorCode::kBadInput);
  const auto one_class = gallery_of(100);
  one_class->rename_class("a", "b");
  EXPECT_EQ(code_of([&] { tune_votes(*one_class, {}); }), ErrorCode::kBadInput);
  EXPECT_NO_THROW(tune_votes(*gallery_of(50), {}));
}

TEST(TuneTest, CanBeStopped) {
  struct Stop {};
  EXPECT_THROW(tune_votes(*gallery_of(100), {}, 5000, [] { throw Stop(); }), Stop);
}

}  // namespace
}  // namespace simdb
