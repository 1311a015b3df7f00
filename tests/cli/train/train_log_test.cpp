#include "cli/train/train_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

using ::testing::HasSubstr;

class TrainLogTest : public ::testing::Test {
 protected:
  std::vector<nlohmann::json> lines() const {
    std::ifstream text(path_);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "log.jsonl";
  training::LabeledImages images_;
  training::TrainOptions options_;
};

TEST_F(TrainLogTest, EveryLineIsThereAtOnceAndComplete) {
  images_.classes = {"a", "b", "c"};
  images_.labels = {0, 0, 1, 2};
  TrainLog log(path_, false);
  const TrainRun run{"data\xff", "model.onnx", images_, options_, 7};
  log.start(run, 3, false);
  ASSERT_EQ(lines().size(), 1U);
  const nlohmann::json start = lines()[0];
  EXPECT_EQ(start["event"], "start");
  EXPECT_EQ(start["images"], 4);
  EXPECT_EQ(start["classes"], 3);
  EXPECT_EQ(start["skipped"], 7);
  EXPECT_EQ(start["threads"], 3);
  EXPECT_EQ(start["input"]["width"], 28);
  EXPECT_EQ(start["input"]["resize"], "fit");
  EXPECT_EQ(start["options"], nlohmann::json(training::describe(options_)));

  training::TrainPlan plan;
  plan.epochs = 9;
  plan.new_classes = true;
  log.plan(plan);
  EXPECT_EQ(lines().at(1)["event"], "plan");
  EXPECT_EQ(lines().at(1)["epochs"], 9);
  EXPECT_EQ(lines().at(1)["new_classes"], true);

  log.epoch({5, 0.25, 0.5, 0.75, 0.125, 9, true}, 0.0625);
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_EQ(lines()[2], nlohmann::json::parse(
                            R"({"event":"epoch","epoch":5,"loss":0.25,"recall_at_1":0.5,
                                "map_at_r":0.75,"spread":0.125,"learning_rate_share":0.0625,
                                "seconds":9.0,"best":true,"measure":0.0,"steady":0.0,"stops_at":0})"));

  log.warning("say \"less\"\n");
  EXPECT_EQ(lines().at(3)["text"], "say \"less\"\n");

  training::TrainResult result;
  result.history = {{5, 0.25, 0.5, 0.75, 0.125, 9, true}};
  result.best = result.history[0];
  log.end(run, result);
  nlohmann::json end = lines().at(4);
  EXPECT_EQ(end["event"], "end");
  end.erase("event");
  nlohmann::json summary = summary_json(run, result);
  EXPECT_EQ(end, summary);
}

TEST_F(TrainLogTest, AResumedTrainingGoesOnAtTheEnd) {
  TrainLog(path_, false).warning("one");
  TrainLog(path_, true).error("two");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[1]["event"], "error");
  TrainLog(path_, false).warning("three");
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0]["text"], "three");
}

TEST_F(TrainLogTest, AFileThatCannotBeWrittenIsNamed) {
  const Error error = test::error_of([&] { TrainLog(folder_ / "nowhere/log", false); });
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_THAT(error.what(), HasSubstr("nowhere/log"));
  if (std::filesystem::exists("/dev/full")) {
    TrainLog full("/dev/full", true);
    EXPECT_EQ(test::code_of([&] { full.warning("x"); }), ErrorCode::kIo);
  }
}

}  // namespace
}  // namespace simdb::cli
