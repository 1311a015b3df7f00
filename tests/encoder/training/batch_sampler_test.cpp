#include "encoder/training/batch_sampler.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::code_of;

/// Class 0 has 100 images, class 1 has 10, class 2 has 2.
std::vector<int> unbalanced() {
  std::vector<int> labels(100, 0);
  labels.insert(labels.end(), 10, 1);
  labels.insert(labels.end(), 2, 2);
  return labels;
}

TEST(BatchSamplerTest, AGroupHasPClassesWithKImagesEach) {
  const auto labels = unbalanced();
  BatchSampler sampler(labels, {.groups = 3, .classes = 2, .images = 4}, 1);
  const Batch batch = sampler.next();
  ASSERT_EQ(batch.rows.size(), 24U);
  std::map<std::pair<int, int>, int> images;  // of a group and class
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    EXPECT_EQ(batch.labels[i], labels[batch.rows[i]]);
    EXPECT_EQ(batch.groups[i], static_cast<int>(i / 8));
    ++images[{batch.groups[i], batch.labels[i]}];
  }
  EXPECT_EQ(images.size(), 6U);
  for (const auto& [key, count] : images) EXPECT_EQ(count, 4);
}

TEST(BatchSamplerTest, EveryClassIsEquallyLikely) {
  BatchSampler sampler(unbalanced(), {.groups = 1, .classes = 2, .images = 2}, 1);
  std::map<int, int> drawn;
  constexpr int kBatches = 3000;
  for (int i = 0; i < kBatches; ++i) {
    const Batch batch = sampler.next();
    ++drawn[batch.labels.front()];
    ++drawn[batch.labels.back()];
  }
  // Two of three classes per batch: 2000 each, standard deviation 26.
  for (int label = 0; label < 3; ++label) EXPECT_NEAR(drawn[label], 2000, 130);
}

TEST(BatchSamplerTest, OnlyClassesWithFewerThanKImagesRepeat) {
  BatchSampler sampler(unbalanced(), {.groups = 1, .classes = 3, .images = 8}, 1);
  for (int i = 0; i < 20; ++i) {
    const Batch batch = sampler.next();
    std::map<int, std::set<std::int64_t>> distinct;
    for (std::size_t j = 0; j < batch.rows.size(); ++j) {
      distinct[batch.labels[j]].insert(batch.rows[j]);
    }
    EXPECT_EQ(distinct[0].size(), 8U);
    EXPECT_EQ(distinct[1].size(), 8U);
    EXPECT_EQ(distinct[2].size(), 2U);
  }
}

TEST(BatchSamplerTest, EveryImageGetsItsTurn) {
  const auto labels = unbalanced();
  BatchSampler sampler(labels, {.groups = 1, .classes = 3, .images = 8}, 1);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) {
    const Batch batch = sampler.next();
    seen.insert(batch.rows.begin(), batch.rows.end());
  }
  EXPECT_EQ(seen.size(), labels.size());
}

TEST(BatchSamplerTest, OneSeedGivesOneSequence) {
  BatchSampler a(unbalanced(), {2, 3, 4}, 5);
  BatchSampler b(unbalanced(), {2, 3, 4}, 5);
  BatchSampler c(unbalanced(), {2, 3, 4}, 6);
  a.next();
  b.next();
  c.next();
  const Batch second = a.next();
  EXPECT_EQ(second.rows, b.next().rows);
  EXPECT_NE(second.rows, c.next().rows);
}

TEST(BatchSamplerTest, ARestoredStateGoesOnAlike) {
  BatchSampler a(unbalanced(), {2, 3, 4}, 5);
  a.next();
  const std::string state = a.state();
  BatchSampler b(unbalanced(), {2, 3, 4}, 99);
  b.next();
  b.restore(state);
  for (int i = 0; i < 3; ++i) {
    const Batch next = a.next();
    EXPECT_EQ(next.rows, b.next().rows);
  }
  EXPECT_NE(a.state(), state);
  EXPECT_EQ(code_of([&] { b.restore("not numbers"); }), ErrorCode::kBadInput);
  EXPECT_EQ(a.next().rows, b.next().rows);  // a refused state changes nothing
}

TEST(BatchSamplerTest, RefusesWhatHoldsNoTriplet) {
  const auto code = [](std::vector<int> labels, BatchShape shape) {
    return code_of([&] { BatchSampler(labels, shape, 1); });
  };
  EXPECT_EQ(code({0, 0, 0}, {1, 2, 2}), ErrorCode::kUsage);
  EXPECT_EQ(code({0, 1}, {0, 2, 2}), ErrorCode::kUsage);
  EXPECT_EQ(code({0, 1}, {1, 1, 2}), ErrorCode::kUsage);
  EXPECT_EQ(code({0, 1}, {1, 2, 1}), ErrorCode::kUsage);
}

TEST(BatchSamplerTest, TheChosenShapeFillsTheBatch) {
  const BatchShape few = choose_batch_shape(3, 192);
  EXPECT_EQ(few.classes, 3);
  EXPECT_EQ(few.images, 8);
  EXPECT_EQ(few.rows(), 192);
  const BatchShape many = choose_batch_shape(1000, 192);
  EXPECT_EQ(many.classes, 48);
  EXPECT_EQ(many.groups, 1);
  EXPECT_EQ(many.rows(), 192);
  const BatchShape tiny = choose_batch_shape(5, 4);
  EXPECT_EQ(tiny.classes, 2);
  EXPECT_EQ(tiny.groups, 1);
}

TEST(BatchSamplerTest, SiblingsFillAGroupFamilyByFamily) {
  std::vector<int> labels;
  std::vector<int> parents;
  for (int i = 0; i < 120; ++i) {
    labels.push_back(i % 30);
    parents.push_back(i % 30 / 6);
  }
  BatchSampler sampler(labels, {.groups = 1, .classes = 9, .images = 2}, 1, {parents, 1});
  for (int i = 0; i < 20; ++i) {
    const Batch batch = sampler.next();
    std::map<int, std::set<int>> families;
    for (const int label : batch.labels) families[label / 6].insert(label);
    ASSERT_EQ(families.size(), 2U);  // one whole, three of another
    EXPECT_EQ(families.begin()->second.size() + families.rbegin()->second.size(), 9U);
    EXPECT_EQ(std::max(families.begin()->second.size(), families.rbegin()->second.size()), 6U);
  }
}

TEST(BatchSamplerTest, OneFamilyIsNone) {
  const std::vector<int> labels = {0, 0, 1, 1, 2, 2};
  const std::vector<int> parents(6, 7);
  BatchSampler with(labels, {.groups = 1, .classes = 2, .images = 2}, 5, {parents, 1});
  BatchSampler without(labels, {.groups = 1, .classes = 2, .images = 2}, 5);
  EXPECT_EQ(with.next().rows, without.next().rows);
}

}  // namespace
}  // namespace simdb::training
