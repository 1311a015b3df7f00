#include "simdb/classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/class_mean.h"
#include "core/vote.h"
#include "database/embedded_gallery.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

LabeledNeighbor neighbor(std::uint64_t id, float similarity, const char* class_name) {
  return {ItemId{id}, similarity, class_name, ""};
}

double total(const std::vector<ClassScore>& ranking) {
  double sum = 0;
  for (const ClassScore& score : ranking) sum += score.score;
  return sum;
}

TEST(ClassifierTest, NobodyVotesForNothing) { EXPECT_TRUE(vote({}).empty()); }

TEST(ClassifierTest, OneNeighbourDecides) {
  const auto ranking = vote(std::vector{neighbor(1, -0.9F, "cat")});
  ASSERT_EQ(ranking.size(), 1U);
  EXPECT_EQ(ranking[0].class_name, "cat");
  EXPECT_EQ(ranking[0].score, 1.0);
}

TEST(ClassifierTest, SharesAreTheDocumentedWeights) {
  const auto ranking = vote(
      std::vector{neighbor(1, 0.9F, "cat"), neighbor(2, 0.8F, "dog"), neighbor(3, 0.7F, "dog")});
  const auto weight = [](float similarity) {
    return std::exp(similarity / VoteRule{}.temperature);
  };
  const double cat = weight(0.9F);
  const double dog = weight(0.8F) + weight(0.7F);
  ASSERT_EQ(ranking.size(), 2U);
  EXPECT_EQ(ranking[0].class_name, "cat");
  EXPECT_NEAR(ranking[0].score, cat / (cat + dog), 1e-12);
  EXPECT_NEAR(ranking[1].score, dog / (cat + dog), 1e-12);
}

TEST(ClassifierTest, OneNearImageOutvotesNineDistantOnes) {
  std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.95F, "new class")};
  for (std::uint64_t id = 2; id <= 10; ++id) neighbors.push_back(neighbor(id, 0.7F, "old class"));
  EXPECT_EQ(vote(neighbors).front().class_name, "new class");
}

TEST(ClassifierTest, ManyNearlyAsNearOutvoteOne) {
  std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.95F, "outlier")};
  for (std::uint64_t id = 2; id <= 10; ++id) neighbors.push_back(neighbor(id, 0.94F, "class"));
  EXPECT_EQ(vote(neighbors).front().class_name, "class");
}

TEST(ClassifierTest, EqualSharesGoToTheNearerNeighbour) {
  const std::vector<LabeledNeighbor> neighbors{neighbor(1, 0.5F, "z"), neighbor(2, 0.5F, "a"),
                                               neighbor(3, 0.5F, "m")};
  const auto ranking = vote(neighbors);
  ASSERT_EQ(ranking.size(), 3U);
  EXPECT_EQ(ranking[0].class_name, "z");
  EXPECT_EQ(ranking[1].class_name, "a");
  EXPECT_EQ(ranking[2].class_name, "m");
  EXPECT_EQ(ranking[0].score, ranking[2].score);
}

TEST(ClassifierTest, SharesSumToOneOverTheWholeRange) {
  std::vector<LabeledNeighbor> neighbors;
  for (int i = 0; i <= 200; ++i) {
    neighbors.push_back(neighbor(static_cast<std::uint64_t>(i), 1 - 0.01F * static_cast<float>(i),
                                 i % 3 == 0 ? "a" : "b"));
  }
  EXPECT_NEAR(total(vote(neighbors)), 1, 1e-12);
}

TEST(ClassifierTest, ThousandsOfNeighboursAreCountedAtOnce) {
  std::vector<LabeledNeighbor> neighbors(100'000);
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    neighbors[i].similarity = 1 - 1e-5F * static_cast<float>(i);
    neighbors[i].class_name = "a class with a long name " + std::to_string(i * 7919 % 10'000);
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(vote(neighbors).size(), 10'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

class LookUpClassesTest : public testing::Test {
 protected:
  // What a query finds in the gallery, nearest first.
  std::vector<LabeledNeighbor> find(std::span<const float> query, std::size_t k) const {
    return gallery.look_up(query, {.k = k});
  }
  void add(const std::string& name, std::uint64_t first, std::size_t count) {
    std::vector<NewItem> items;
    for (std::size_t i = 0; i < count; ++i) items.push_back(test::numbered_item(first + i, name));
    gallery.add(items, test::random_embeddings(count, 16, first));
  }
  std::vector<ItemId> ids_of(const std::string& name) const {
    std::vector<ItemId> ids;
    gallery.for_each_item([&](const ItemRecord& record) {
      if (record.info.class_name == name) ids.push_back(record.id);
      return true;
    });
    return ids;
  }
  void expect_described(std::span<const float> query, const LabeledNeighbor& neighbor) const {
    const std::vector<ItemId> ids = ids_of(neighbor.class_name);
    EXPECT_EQ(neighbor.class_size, ids.size()) << neighbor.class_name;
    ClassMean mean(16);
    for (const ItemId id : ids) mean.add(gallery.embedding(id)->values());
    const bool uses_mean = ids.size() > 1 && ids.size() < 64;
    ASSERT_EQ(neighbor.mean_similarity.has_value(), uses_mean) << neighbor.class_name;
    if (!uses_mean) return;
    EXPECT_EQ(*neighbor.mean_similarity, similarity(query, mean.direction()->values()));
  }

  const test::TemporaryFolder folder;
  EmbeddedGallery gallery{test::make_store(folder / "store"), folder.path()};
  const EmbeddingBatch queries = test::random_embeddings(5, 16, 99);
};

TEST_F(LookUpClassesTest, TellsSizesAndMeansOfEveryNeighboursClass) {
  add("one", 100, 1);
  add("few", 200, 5);
  add("most", 300, 63);
  add("large", 400, 64);
  for (std::size_t i = 0; i < queries.rows(); ++i) {
    const auto neighbors = find(queries.row(i), 133);
    ASSERT_EQ(neighbors.size(), 133U);
    for (const LabeledNeighbor& neighbor : neighbors) expect_described(queries.row(i), neighbor);
  }
}

TEST_F(LookUpClassesTest, MeansFollowTheGallery) {
  const auto expect_all = [&] {
    for (const LabeledNeighbor& neighbor : find(queries.row(0), 1000)) {
      expect_described(queries.row(0), neighbor);
    }
  };
  add("a", 100, 4);
  add("b", 200, 4);
  expect_all();
  add("a", 110, 3);
  expect_all();
  gallery.remove(std::vector{ids_of("a")[1], ids_of("b")[0]});
  expect_all();
  gallery.remove_class("a");
  add("a", 120, 2);
  expect_all();
  add("a", 130, 62);  // now it has 64
  expect_all();
  gallery.remove(std::vector{ids_of("a")[5]});
  expect_all();
}

TEST_F(LookUpClassesTest, AClassAloneNeedsNoMean) {
  add("a", 100, 4);
  for (const LabeledNeighbor& neighbor : find(queries.row(0), 4)) {
    EXPECT_EQ(neighbor.class_size, 4U);
    EXPECT_FALSE(neighbor.mean_similarity.has_value());
  }
}

TEST_F(LookUpClassesTest, OnlyTheNearestClassesHaveAMean) {
  for (std::uint64_t i = 0; i < 40; ++i) add("class " + std::to_string(i), 100 + 10 * i, 2);
  std::vector<std::string> met;
  for (const LabeledNeighbor& neighbor : find(queries.row(0), 80)) {
    auto place = std::find(met.begin(), met.end(), neighbor.class_name);
    if (place == met.end()) place = met.insert(met.end(), neighbor.class_name);
    EXPECT_EQ(neighbor.class_size, 2U);
    EXPECT_EQ(neighbor.mean_similarity.has_value(), place - met.begin() < 32);
  }
  EXPECT_EQ(met.size(), 40U);
}

}  // namespace
}  // namespace simdb
