#include "cli/train/train_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace simdb::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TrainSummaryTest : public ::testing::Test {
 protected:
  TrainSummaryTest() {
    result_.history = {{5, 0.25, 0.5, 0.75, 0.125, 9, true}};
    result_.best = result_.history[0];
    result_.baselines = {{"pixels", 0.3, 0.2, 0.2}, {"HOG", 0.4, 0.45, 0.5}};
  }

  void judge_by_new_classes(double measured) {
    result_.new_classes = 10;
    result_.new_class_ways = 10;
    result_.new_class_shots = 5;
    result_.new_class_measured = measured;
    result_.new_class_accuracy = measured + 0.02;
    result_.new_class_interval = 0.04;
  }

  training::LabeledImages images_;
  training::TrainOptions options_;
  training::TrainResult result_;
  TrainRun run_ = {"data", "model.onnx", images_, options_, 0};
};

TEST_F(TrainSummaryTest, WhatIsExpectedSaysOfWhat) {
  judge_by_new_classes(0.6);
  EXPECT_THAT(
      summary_text(run_, result_),
      AllOf(HasSubstr("expect 62.0 % ± 4.0 when 10 new classes are told apart, each known by "
                      "5 images"),
            HasSubstr("60.0 % on the 10 classes set aside"),
            HasSubstr("without training: pixels 20.0 %, HOG 45.0 %")));
  const nlohmann::json json = summary_json(run_, result_);
  EXPECT_EQ(json["new_class_shots"], 5);
  EXPECT_EQ(json["new_class_interval"], 0.04);
  EXPECT_EQ(json["best_baseline"], "HOG");
  EXPECT_EQ(json["beats_baselines"], true);
  EXPECT_EQ(json["baselines"]["HOG"]["recall_at_1"], 0.4);
}

TEST_F(TrainSummaryTest, AnEncoderThatBeatsNothingIsTold) {
  judge_by_new_classes(0.44);
  EXPECT_THAT(verdict(run_, result_),
              AllOf(HasSubstr("no better than HOG (44.0 % against 45.0 % by new classes)"),
                    HasSubstr("more images of each class")));
  EXPECT_EQ(summary_json(run_, result_)["beats_baselines"], false);
  result_.baselines.push_back({"photo", 0.9, 0.9, 0.9});
  EXPECT_THAT(verdict(run_, result_), HasSubstr("--from photo"));
  judge_by_new_classes(0.95);
  EXPECT_THAT(verdict(run_, result_), IsEmpty());
}

TEST_F(TrainSummaryTest, WhereAllIsRightNothingIsToBeat) {
  judge_by_new_classes(1);
  result_.baselines[0].new_class_accuracy = 1;
  EXPECT_THAT(verdict(run_, result_), IsEmpty());
}

TEST_F(TrainSummaryTest, AHeadIsExpectedToDoWhatItsStartDoes) {
  judge_by_new_classes(0.6);
  result_.new_classes = 0;
  EXPECT_THAT(summary_text(run_, result_), HasSubstr("measured before the classes were learned"));
  EXPECT_FALSE(compare(result_).new_classes);
}

TEST_F(TrainSummaryTest, TrimmedMarginsAreTold) {
  EXPECT_THAT(summary_text(run_, result_), Not(HasSubstr("trimmed")));
  images_.input.resize = ResizeRule::kTrim;
  EXPECT_THAT(summary_text(run_, result_), HasSubstr("28 x 28 RGB, margins trimmed\n"));
}

TEST_F(TrainSummaryTest, WithoutNewClassesTheNearestImageCounts) {
  EXPECT_THAT(verdict(run_, result_), IsEmpty());  // 0.5 against 0.4
  result_.best.recall_at_1 = 0.4;
  EXPECT_THAT(verdict(run_, result_), HasSubstr("40.0 % against 40.0 % by recall@1"));
  result_.baselines.clear();
  EXPECT_THAT(verdict(run_, result_), IsEmpty());
}

TEST_F(TrainSummaryTest, ASmallValidationIsSaidAsSuch) {
  training::TrainPlan plan;
  plan.epochs = 20;
  plan.steps_an_epoch = 10;
  EXPECT_THAT(caution(plan), HasSubstr("none are set aside"));
  plan.validation_images = 20;
  EXPECT_THAT(caution(plan), HasSubstr("one image of the 20 is 5.0 %"));
  plan.validation_images = 160;
  EXPECT_THAT(caution(plan), IsEmpty());
  plan.new_classes = true;
  plan.validation_classes = 8;
  EXPECT_THAT(caution(plan), HasSubstr("a small validation: 8 classes"));
  EXPECT_THAT(describe_plan(plan, options_),
              AllOf(HasSubstr("judged on 160 images of 8 other classes"),
                    HasSubstr("8 classes say"), HasSubstr("20 epochs of 10 steps at most")));
  plan.validation_classes = 10;
  EXPECT_THAT(caution(plan), IsEmpty());
  plan.seconds = 100;
  EXPECT_THAT(describe_plan(plan, options_), HasSubstr("fit into the time limit and take 2 min"));
}

}  // namespace
}  // namespace simdb::cli
