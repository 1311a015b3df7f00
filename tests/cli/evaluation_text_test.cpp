#include "cli/evaluation_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace simdb::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

std::string text_of(const Evaluation& result) {
  std::ostringstream out;
  print_evaluation(out, result);
  return out.str();
}

TEST(EvaluationTextTest, NamesMeasuresAndErrors) {
  const std::string text = text_of(half_right());
  EXPECT_THAT(text,
              AllOf(HasSubstr("2 images of 2 classes"), HasSubstr("accuracy            50.0 %"),
                    HasSubstr("recall@5            87.5 %"), HasSubstr("predicted"),
                    HasSubstr("is dog, taken for cat (75.0 %)"), Not(HasSubstr("b\n.png"))));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("way")), Not(HasSubstr("AUROC"))));
}

TEST(EvaluationTextTest, ShowsWhatWasAskedFor) {
  Evaluation result = half_right();
  result.episodes = {{.ways = 5, .shots = 2, .episodes = 100}, {0.93, 0.012}, 0, false};
  result.auroc = 0.98765;
  EXPECT_THAT(text_of(result),
              AllOf(HasSubstr("5-way 2-shot        93.0 % ± 1.2 %"), HasSubstr("100 episodes"),
                    HasSubstr("AUROC               0.9877")));
  EXPECT_THAT(text_of(result), AllOf(Not(HasSubstr("parent")), Not(HasSubstr("database"))));
  result.episodes = {{.ways = 5, .shots = 2, .episodes = 100}, {0.93, 0.012, 12}, 30, true};
  EXPECT_THAT(text_of(result),
              HasSubstr("100 episodes with items of the database, within 12 of 30 parents"));
}

}  // namespace
}  // namespace simdb::cli
