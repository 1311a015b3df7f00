// A network of the user's own becomes an encoder, through the real binary.
#include <gmock/gmock.h>

#include <filesystem>

#include "encoder/model/runner_kind.h"
#include "tests/integration/cli_fixture.h"
#include "tests/support/backbones.h"

namespace simdb::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CliBackboneTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write("own.onnx", make_backbone({.features = 40}));
  }

  ProcessResult init(std::vector<std::string> more, const std::string& net = "own.onnx") const {
    more.insert(more.begin(), {"init", "--db", "other", "--backbone", net});
    return simdb(more);
  }
};

TEST_F(CliBackboneTest, FitsAHeadToAFolderWithoutLabels) {
  const ProcessResult made = init({"--fit", "shapes", "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(json_lines(made.out).at(0)["dimension"], 32);  // of 40 features
  EXPECT_THAT(made.err, AllOf(HasSubstr("--mean-std"), HasSubstr("of 32 images best"),
                              HasSubstr("40 features")));
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes", "--db", "other"}).code, 0);
  const auto found =
      json_lines(simdb({"query", "shapes/red/circle_red_0.png", "--db", "other", "--json"}).out);
  EXPECT_EQ(found.at(0)["class"], "red");
  EXPECT_NEAR(found.at(0)["neighbors"][0]["similarity"].get<double>(), 1, 1e-5);
}

TEST_F(CliBackboneTest, TheSameFolderGivesTheSameEncoderOfAnyLength) {
  const std::vector<std::string> fit = {"--fit",      "shapes", "--dim", "16",
                                        "--mean-std", "half",   "--json"};
  const ProcessResult one = init(fit);
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.err, AllOf(HasSubstr("mean 0.5"), Not(HasSubstr("--mean-std"))));
  EXPECT_EQ(json_lines(one.out).at(0)["dimension"], 16);
  std::filesystem::remove_all(path("other"));
  const ProcessResult two = init(fit);
  EXPECT_EQ(json_lines(two.out).at(0)["encoder"], json_lines(one.out).at(0)["encoder"]);
}

TEST_F(CliBackboneTest, WithoutAFolderTheFeaturesThemselvesAreTaken) {
  write("own.onnx", make_backbone({.features = 48}));
  const ProcessResult plain = init({"--mean-std", "none"});
  ASSERT_EQ(plain.code, 0) << plain.err;
  EXPECT_THAT(plain.out, HasSubstr("48 dimensions"));
  EXPECT_THAT(plain.err, Not(HasSubstr("random projection")));
  std::filesystem::remove_all(path("other"));
  const ProcessResult shorter = init({"--dim", "16"});
  EXPECT_THAT(shorter.out, HasSubstr("16 dimensions"));
  EXPECT_THAT(shorter.err, AllOf(HasSubstr("random projection"), HasSubstr("--fit DIR"),
                                 HasSubstr("imagenet is assumed")));
}

TEST_F(CliBackboneTest, SeveralStandSideBySide) {
  write("other.onnx", make_backbone({.features = 24, .seed = 2}));
  const ProcessResult made = init({"--backbone", "other.onnx", "--fit", "shapes", "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(json_lines(made.out).at(0)["dimension"], 64);
  EXPECT_THAT(made.err, HasSubstr("own.onnx + other.onnx: 64 features"));
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes", "--db", "other"}).code, 0);
  const auto found =
      json_lines(simdb({"query", "shapes/red/circle_red_0.png", "--db", "other", "--json"}).out);
  EXPECT_EQ(found.at(0)["class"], "red");
  EXPECT_NEAR(found.at(0)["neighbors"][0]["similarity"].get<double>(), 1, 1e-5);
}

TEST_F(CliBackboneTest, AnImageThatCanNotBeReadIsNamedAndPassedOver) {
  write("shapes/broken.png", std::string("no image"));
  const ProcessResult made = init({"--fit", "shapes"});
  EXPECT_EQ(made.code, 0);
  EXPECT_THAT(made.err, HasSubstr("broken.png"));
}

TEST_F(CliBackboneTest, WhatOpenCvCanNotRunNeedsOnnxRuntime) {
  write("own.onnx", make_backbone({.opset = 17, .layer_norm = true, .features = 40}));
  const ProcessResult made = init({"--fit", "shapes"});
  if (!has_onnx_runtime()) {
    EXPECT_EQ(made.code, 4);
    EXPECT_THAT(made.err,
                AllOf(HasSubstr("LayerNormalization"), HasSubstr("build simdb with ONNX Runtime")));
    EXPECT_FALSE(std::filesystem::exists(path("other")));
    return;
  }
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, AllOf(HasSubstr("ONNX Runtime"), HasSubstr("as OpenCV can't"),
                              Not(HasSubstr("Schema"))));
  const ProcessResult added = simdb({"add", "--by-folder", "shapes", "--db", "other"});
  EXPECT_EQ(added.code, 0);
  EXPECT_THAT(added.err, Not(HasSubstr("Schema")));
  const auto found =
      json_lines(simdb({"query", "shapes/red/circle_red_0.png", "--db", "other", "--json"}).out);
  EXPECT_EQ(found.at(0)["class"], "red");
}

TEST_F(CliBackboneTest, MistakesAreNamedWithTheirRemedy) {
  const auto refused = [&](const ProcessResult& result, int code, const std::string& text) {
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(text));
    EXPECT_FALSE(std::filesystem::exists(path("other")));
  };
  refused(init({"--encoder", "net.onnx"}), 2, "leave one");
  refused(init({"--dim", "48", "--fit", "shapes"}), 2, "40 features");
  refused(init({"--dim", "20", "--fit", "shapes"}), 2, "20");
  refused(init({"--mean-std", "x"}), 2, "imagenet");
  refused(init({"--size", "1000"}), 2, "--size");
  refused(init({"--size", "32"}), 4, "3 x 10 x 12");
  refused(init({"--backbone-output", "nothing"}), 4, "no tensor 'nothing'");
  refused(init({"--fit", "nowhere"}), 4, "nowhere");
  refused(init({}, "nowhere.onnx"), 3, "nowhere.onnx");
  refused(init({"--backbone", "nowhere.onnx"}), 3, "nowhere.onnx");
  refused(init({"--backbone", "own.onnx", "--mean-std", "half"}), 2, "--mean-std");
  refused(simdb({"init", "--db", "other", "--fit", "shapes"}), 2, "--backbone FILE.onnx");
  refused(simdb({"init", "--db", "other", "--encoder", "own.onnx"}), 4,
          "simdb init --backbone FILE --fit DIR");
  write("own.onnx", make_backbone());
  refused(init({"--fit", "shapes"}), 4, "8 features");
}

TEST_F(CliBackboneTest, ADatabaseThatIsThereStays) {
  const ProcessResult result = simdb({"init", "--backbone", "own.onnx", "--fit", "shapes"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("already"), Not(HasSubstr("40 features"))));
}

}  // namespace
}  // namespace simdb::test
