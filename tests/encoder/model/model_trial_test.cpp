#include "simdb/model_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_models.h"
#include "tests/support/model_sketch.h"
#include "tests/support/models.h"
#include "tests/support/script_test.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes sound_model() { return test::random_model_file(16, 1, {.width = 8, .height = 8}); }

Bytes hostile_model(const std::string& name) {
  const auto all = test::hostile_models();
  std::mt19937 random(1);
  return std::ranges::find(all, name, &test::HostileModel::name)->make(random);
}

std::string refusal(const Bytes& model, const TrialOptions& options = {}) {
  const Error error = test::error_of([&] { judge_encoder(model, "some.onnx", options); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
  EXPECT_THAT(error.what(), HasSubstr("some.onnx"));
  return error.what();
}

// Where there is a program, it is in the place of simdb-try-model.
class ModelTrialTest : public test::ScriptTest {};

TEST_F(ModelTrialTest, SoundModelsPass) {
  EXPECT_NO_THROW(judge_encoder(sound_model(), "x"));
  const test::BackboneRecipe recipe;
  EXPECT_NO_THROW(judge_backbone(test::make_backbone(recipe), "x", recipe.input, {}));
  EXPECT_NO_THROW(judge_backbone(test::make_backbone(recipe), "x", recipe.input, "early"));
}

TEST_F(ModelTrialTest, TellsWhatARunnerCanNotRunAsTheEncoderDoes) {
  Bytes damaged = sound_model();
  damaged[damaged.size() / 2] ^= std::byte{1};
  const Error own = test::error_of([&] { OnnxEncoder(damaged, "some.onnx"); });
  EXPECT_EQ(refusal(damaged), own.what());
  const test::BackboneRecipe recipe;
  const Error other = test::error_of(
      [&] { judge_backbone(test::make_backbone(recipe), "net", recipe.input, "nothing"); });
  EXPECT_THAT(other.what(), AllOf(HasSubstr("net"), HasSubstr("no tensor 'nothing'")));
  EXPECT_NO_THROW(judge_encoder(damaged, "x", {.must_run = false}));  // it does no harm
}

TEST_F(ModelTrialTest, BoundsMemoryAndTime) {
  const Bytes memory = hostile_model("constants that double");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const char* const harm = "";  // a sanitizer ends the process itself
#else
  const char* const harm = "needs more than 512 MB";
#endif
  EXPECT_THAT(refusal(memory), AllOf(HasSubstr(harm), HasSubstr("another model")));
  EXPECT_THAT(refusal(memory, {.must_run = false}), HasSubstr(harm));
  const Bytes time = hostile_model("a pooling of all with all");
  EXPECT_THAT(refusal(time, {.cpu = std::chrono::seconds(1)}),
              HasSubstr("more than 1 s of a core"));
}

TEST_F(ModelTrialTest, RefusesWhatIsNeverFinite) {
  std::mt19937 random(1);
  test::Sketch s(random);
  const std::string x = s.node("Exp", {s.conv("image", 3, 8, 3)});
  EXPECT_THAT(refusal(s.finish(s.node("Log", {s.node("Neg", {x})}))),
              HasSubstr("no finite values"));
}

TEST_F(ModelTrialTest, NoEndOfTheProgramIsTakenForConsent) {
  const auto said = [&](const std::string& commands) {
    return refusal(sound_model(), {.program = program(commands), .wall = std::chrono::seconds(1)});
  };
  EXPECT_THAT(said("kill -SEGV $$"), HasSubstr("crashes what runs it (signal 11)"));
  EXPECT_THAT(said("echo passed; kill -SEGV $$"), HasSubstr("signal 11"));
  EXPECT_THAT(said("exit 0"), HasSubstr("ends what runs it"));
  EXPECT_THAT(said("echo something else"), HasSubstr("ends what runs it"));
  EXPECT_THAT(said("exec sleep 100"), HasSubstr("takes more than"));
  EXPECT_THAT(said("echo not the same"), HasSubstr("other values"));
}

TEST_F(ModelTrialTest, TheProgramGetsTheWholeModel) {
  const Bytes model(3'000'000, std::byte{7});
  const std::string file = folder_ / "seen";
  judge_encoder(model, "x", {.program = program("cat > " + file + "; echo passed")});
  EXPECT_EQ(read_model_file(file), model);
}

TEST_F(ModelTrialTest, TellsThatThereIsNoProgram) {
  const Error error =
      test::error_of([&] { judge_encoder(sound_model(), "x", {.program = folder_ / "nothing"}); });
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("nothing"), HasSubstr("PATH")));
}

TEST_F(ModelTrialTest, ACheckEndsItAtOnce) {
  const std::string file = folder_ / "pid";
  TrialOptions options{.program = program("echo $$ > " + file + "; exec sleep 100")};
  options.check = [&] {
    if (fs::exists(file) && fs::file_size(file) > 0) throw std::runtime_error("enough");
  };
  EXPECT_THROW(judge_encoder(sound_model(), "x", options), std::runtime_error);
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_EQ(::kill(pid, 0), -1) << "it goes on";
}

}  // namespace
}  // namespace simdb
