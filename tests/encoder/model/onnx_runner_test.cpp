#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <thread>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "encoder/model/onnx_runner_internal.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"

namespace simdb {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr std::size_t kFeatures = test::kBackboneFeatures;

std::vector<float> values_of(const OnnxRunner& runner, const std::vector<float>& planes,
                             const InputSpec& input, std::size_t features) {
  return runner.run(planes.size() / input.values(), features,
                    [&](std::size_t first, std::size_t count, std::span<float> batch) {
                      std::copy_n(planes.begin() + first * input.values(), count * input.values(),
                                  batch.begin());
                    });
}

TEST(OnnxRunnerTest, TrialImagesDiffer) {
  const InputSpec input{.width = 5, .height = 4};
  const std::vector<float> planes = trial_planes(input, 3);
  ASSERT_EQ(planes.size(), 3 * input.values());
  EXPECT_THAT(planes, Each(AllOf(::testing::Ge(0.0F), ::testing::Le(1.0F))));
  EXPECT_FALSE(std::equal(planes.begin(), planes.begin() + 60, planes.begin() + 60));
  EXPECT_EQ(planes, trial_planes(input, 3));
}

TEST(OnnxRunnerTest, LackOfMemorySaysNothingOfTheModel) {
  EXPECT_THROW(fail_engine("Failed to allocate 12 bytes in function 'OutOfMemoryError'"),
               std::bad_alloc);
  EXPECT_THROW(fail_engine("Exception during initialization: std::bad_alloc"), std::bad_alloc);
  EXPECT_THROW(fail_engine("no such layer"), EngineError);
}

TEST(OnnxRunnerTest, TakesTheFirstThatCan) {
  const Backbone net = read_backbone(test::make_backbone(), "net", {.width = 12, .height = 10});
  const std::vector<float> planes = trial_planes(net.input, 4);
  const ChosenRunner chosen =
      choose_runner(net.runners, net.model, net.input, net.one_at_a_time, planes, 2);
  EXPECT_EQ(chosen.runner->kind(), RunnerKind::kOpenCv);
  ASSERT_EQ(chosen.outputs.size(), 2U);
  EXPECT_THAT(chosen.outputs[1].shape, ::testing::ElementsAre(2, kFeatures));
}

TEST(OnnxRunnerTest, TellsWhatEachOfThemSays) {
  const std::vector<std::byte> no_model(10);
  const InputSpec input;
  const std::vector kinds = {RunnerKind::kOpenCv, RunnerKind::kOnnxRuntime};
  ::testing::internal::CaptureStderr();
  try {
    choose_runner(kinds, no_model, input, false, trial_planes(input, 1), 1);
    FAIL() << "no error";
  } catch (const EngineError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("OpenCV"), HasSubstr("can't run it"),
                                HasSubstr("ONNX Runtime"), Not(HasSubstr("\n"))));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

// What the two give for the same planes, in batches of every size and from several threads.
void expect_agreement(const std::vector<std::byte>& model, const InputSpec& input,
                      std::size_t features, int images) {
  const std::vector<float> planes = trial_planes(input, images);
  const OnnxRunner opencv(RunnerKind::kOpenCv, model, input, false);
  const std::vector<float> expected = values_of(opencv, planes, input, features);
  const OnnxRunner runtime(RunnerKind::kOnnxRuntime, model, input, false);
  std::vector<std::vector<float>> found(3);
  std::vector<std::thread> threads;
  threads.reserve(found.size());
  for (std::vector<float>& values : found) {
    threads.emplace_back([&] { values = values_of(runtime, planes, input, features); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& values : found) {
    EXPECT_THAT(values, Pointwise(FloatNear(1e-5F), expected));
  }
  const std::vector<float> one(planes.begin(),
                               planes.begin() + static_cast<std::ptrdiff_t>(input.values()));
  EXPECT_THAT(
      values_of(runtime, one, input, features),
      Pointwise(FloatNear(1e-5F),
                std::vector<float>(expected.begin(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(features))));
}

TEST(OnnxRunnerTest, BothAgreeOnWhatBothRun) {
  if (!has_onnx_runtime()) GTEST_SKIP() << "built without ONNX Runtime";
  for (const test::BackboneRecipe& recipe :
       {test::BackboneRecipe{}, test::BackboneRecipe{.opset = 9, .batch_norm = true},
        test::BackboneRecipe{.residual = true, .worked_out_shape = true},
        test::BackboneRecipe{.opset = 9, .clip = 1, .clip_form = test::ClipForm::kAttributes},
        test::BackboneRecipe{.listed_weights = true}}) {
    const Backbone net = read_backbone(test::make_backbone(recipe), "net", recipe.input);
    EXPECT_EQ(net.runners.size(), 2U);
    expect_agreement(net.model, net.input, kFeatures, 70);
  }
}

TEST(OnnxRunnerTest, BothAgreeOnTheShippedModels) {
  if (!has_onnx_runtime()) GTEST_SKIP() << "built without ONNX Runtime";
  for (const std::string& file : {std::string(SIMDB_MODELS) + "/omniglot.onnx",
                                  std::string(SIMDB_BUILT_MODELS) + "/photo.onnx"}) {
    if (!std::filesystem::exists(file)) continue;  // photo.onnx needs PyPI once
    const std::vector<std::byte> model = read_model_file(file);
    const ModelHeader header = read_onnx_header(model, file);
    EXPECT_EQ(OnnxEncoder(model).runner(), RunnerKind::kOpenCv);
    expect_agreement(model, header.input, header.dimension, 5);
  }
}

}  // namespace
}  // namespace simdb
