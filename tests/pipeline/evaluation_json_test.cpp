#include "pipeline/evaluation_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace simdb {
namespace {

Evaluation half_right() {
  Evaluation result(16);
  result.classes = {"cat", "dog"};
  result.images.push_back({"a.png", 0, 0, 0.9, 0.8F, 1, {}});
  result.images.push_back({"b\n.png", 1, 0, 0.75, 0.6F, 2, {}});
  result.confusion = {{{0, 0}, 1}, {{1, 0}, 1}};
  result.accuracy = 0.5;
  result.balanced_accuracy = 0.25;
  result.recall_at_1 = 0.125;
  result.recall_at_5 = 0.875;
  result.map_at_r = 0.4;
  return result;
}

TEST(EvaluationJsonTest, HasTheDocumentedKeys) {
  Evaluation result = half_right();
  const auto plain = nlohmann::json::parse(evaluation_json(result));
  EXPECT_EQ(plain["images"], 2);
  EXPECT_EQ(plain["recall_at_5"], 0.875);
  EXPECT_EQ(plain["balanced_accuracy"], 0.25);
  EXPECT_EQ(plain["classes"], nlohmann::json({"cat", "dog"}));
  EXPECT_EQ(plain["confusion"], nlohmann::json({{"cat", {{"cat", 1}}}, {"dog", {{"cat", 1}}}}));
  EXPECT_FALSE(plain.contains("episodes"));
  EXPECT_FALSE(plain.contains("auroc"));
  result.episodes = {
      {.ways = 5, .shots = 2, .episodes = 100, .seed = 3}, {0.93, 0.012, 4}, 9, true};
  result.auroc = 0.5;
  DecisionReport decisions;
  decisions.alpha = 0.25;
  const auto full = nlohmann::json::parse(evaluation_json(result, &decisions));
  EXPECT_EQ(full["auroc"], 0.5);
  EXPECT_EQ(full["decisions"]["alpha"], 0.25);
  EXPECT_FALSE(plain.contains("decisions"));
  EXPECT_EQ(full["episodes"], nlohmann::json({{"ways", 5},
                                              {"shots", 2},
                                              {"episodes", 100},
                                              {"seed", 3},
                                              {"support", "database"},
                                              {"parents", 4},
                                              {"parents_in_all", 9},
                                              {"accuracy", 0.93},
                                              {"interval95", 0.012}}));
}

}  // namespace
}  // namespace simdb
