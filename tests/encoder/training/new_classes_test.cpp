#include "encoder/training/new_classes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "measures/episodes.h"

namespace simdb::training {
namespace {

struct Rows {
  torch::Tensor values;
  std::vector<int> labels;
};

/// Classes are directions, images lie around them.
Rows clouds(int classes, int images, double width, std::int64_t seed = 1) {
  at::manual_seed(seed);
  Rows rows;
  const torch::Tensor centres = torch::randn({classes, 16});
  std::vector<torch::Tensor> list;
  for (int i = 0; i < classes * images; ++i) {
    rows.labels.push_back(i % classes);
    list.push_back(centres[i % classes] + width * torch::randn({16}));
  }
  rows.values = torch::stack(list);
  rows.values = rows.values / rows.values.norm(2, 1, true);
  return rows;
}

EmbeddingBatch to_batch(const Rows& rows) {
  EmbeddingBatch batch(16);
  for (std::int64_t i = 0; i < rows.values.size(0); ++i) {
    const torch::Tensor row = rows.values[i].contiguous();
    batch.append_normalized({row.data_ptr<float>(), 16});
  }
  return batch;
}

/// Episodes as the literature plays them: the query belongs to the class most alike in the mean.
double play_by_mean(const Rows& rows, std::size_t shots, int ways, int episodes) {
  std::map<int, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    members[rows.labels[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::vector<std::int64_t>> classes;
  for (const auto& [label, images] : members) classes.push_back(images);
  std::mt19937_64 random(1);
  int right = 0;
  for (int episode = 0; episode < episodes; ++episode) {
    std::shuffle(classes.begin(), classes.end(), random);
    std::vector<torch::Tensor> means;
    std::vector<torch::Tensor> queries;
    for (int way = 0; way < ways; ++way) {
      std::vector<std::int64_t>& images = classes[way];
      std::shuffle(images.begin(), images.end(), random);
      const torch::Tensor drawn = rows.values.index_select(0, torch::tensor(images));
      means.push_back(drawn.slice(0, 0, static_cast<std::int64_t>(shots)).mean(0));
      queries.push_back(drawn[static_cast<std::int64_t>(shots)]);
    }
    const torch::Tensor answers = torch::stack(queries).matmul(torch::stack(means).t()).argmax(1);
    right += answers.eq(torch::arange(ways)).sum().item<int>();
  }
  return right / static_cast<double>(episodes * ways);
}

TEST(NewClassesTest, AgreesWithEpisodesOfTheLiterature) {
  for (const std::size_t shots : {1, 5}) {
    const Rows rows = clouds(30, 12, 1.0);
    const NewClassScore score = score_new_classes(rows.values, rows.labels, shots, 1);
    EXPECT_EQ(score.ways, 20);
    EXPECT_EQ(score.shots, static_cast<int>(shots));
    const double episodes = play_by_mean(rows, shots, 20, 3000);
    EXPECT_GT(episodes, 0.2);
    EXPECT_LT(episodes, 0.98);
    EXPECT_NEAR(score.accuracy, episodes, 0.01);
  }
}

// A database answers by its vote, which is the same for a single image of each class.
TEST(NewClassesTest, AgreesWithADatabaseOfSingleImages) {
  const Rows rows = clouds(30, 12, 1.0);
  const double episodes = score_episodes(to_batch(rows), rows.labels,
                                         {.ways = 20, .shots = 1, .episodes = 3000, .seed = 1})
                              .accuracy;
  EXPECT_NEAR(score_new_classes(rows.values, rows.labels, 1, 1).accuracy, episodes, 0.01);
}

TEST(NewClassesTest, TheIntervalHoldsWhatOtherClassesGive) {
  int held = 0;
  for (int seed = 1; seed <= 20; ++seed) {
    const Rows rows = clouds(20, 12, 1.0, seed);
    const NewClassScore score = score_new_classes(rows.values, rows.labels, 1, 1);
    const Rows others = clouds(20, 12, 1.0, seed + 100);
    const double truth = score_new_classes(others.values, others.labels, 1, 1).accuracy;
    if (std::abs(truth - score.accuracy) <= score.interval * std::sqrt(2.0)) ++held;
    EXPECT_GT(score.interval, 0.005);
    EXPECT_LT(score.interval, 0.2);
  }
  EXPECT_GE(held, 17);
}

TEST(NewClassesTest, TheMeanOverTheClassesIsTheAccuracy) {
  const Rows rows = clouds(7, 6, 0.8);
  const NewClassScore score = score_new_classes(rows.values, rows.labels, 1, 1);
  EXPECT_EQ(score.ways, 7);
  ASSERT_EQ(score.of_class.size(), 7U);
  double sum = 0;
  for (const auto& [label, accuracy] : score.of_class) sum += accuracy;
  EXPECT_NEAR(score.accuracy, sum / 7, 1e-12);
  EXPECT_EQ(score_new_classes(rows.values, rows.labels, 1, 1).accuracy, score.accuracy);
}

TEST(NewClassesTest, TooFewImagesGiveNoScore) {
  const Rows rows = clouds(4, 2, 0.1);
  EXPECT_EQ(score_new_classes(rows.values, rows.labels, 2, 1).ways, 0);
  EXPECT_EQ(score_new_classes(rows.values, rows.labels, 1, 1).ways, 4);
}

TEST(NewClassesTest, ShotsFollowTheClasses) {
  EXPECT_EQ(choose_shots(clouds(4, 6, 0.1).labels), 5U);
  EXPECT_EQ(choose_shots(clouds(4, 5, 0.1).labels), 1U);
}

TEST(NewClassesTest, LargeSetsAreSampledTheSameForEveryEncoder) {
  std::vector<int> labels;
  for (int i = 0; i < 30 * 150; ++i) labels.push_back(i % 150);
  const auto chosen = choose_scored(labels, 5, 1);
  EXPECT_EQ(chosen, choose_scored(labels, 5, 1));
  EXPECT_NE(chosen, choose_scored(labels, 5, 2));
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  std::set<int> classes;
  for (const std::size_t row : chosen) classes.insert(labels[row]);
  EXPECT_EQ(classes.size(), 100U);
  EXPECT_EQ(chosen.size(), 2000U);
}

TEST(NewClassesTest, TheNearestIsNotTheQueryItself) {
  const torch::Tensor rows = torch::tensor({{1.F, 0.F}, {0.8F, 0.6F}, {0.F, 1.F}, {-1.F, 0.F}});
  // Nearest: 1, 0, 1, 2.
  EXPECT_DOUBLE_EQ(share_of_nearest(rows, std::vector{0, 0, 1, 1}, {}, {}), 0.75);
  // What is alone in its class is no query.
  EXPECT_DOUBLE_EQ(share_of_nearest(rows, std::vector{0, 0, 1, 2}, {}, {}), 1);
  EXPECT_DOUBLE_EQ(share_of_nearest(rows, std::vector{0, 0, 1, 2}, rows, std::vector{0, 0, 1, 2}),
                   1);
}

}  // namespace
}  // namespace simdb::training
