#include "benchmarks/omniglot_runs.h"

#include <gtest/gtest.h>

#include "tests/benchmarks/image_tree.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using test::code_of;

class OmniglotRunsTest : public ::testing::Test {
 protected:
  OmniglotRunsTest() {
    for (const std::string run : {"run01", "run02"}) {
      write_solid(folder_ / run / "training/class01.png", {250, 0, 0});
      write_solid(folder_ / run / "training/class02.png", {0, 250, 0});
      write_solid(folder_ / run / "test/item01.png", {20, 200, 0});
      write_solid(folder_ / run / "test/item02.png", {200, 0, 20});
    }
    write("run01/class_labels.txt",
          "run01/test/item01.png run01/training/class02.png\n"
          "run01/test/item02.png run01/training/class01.png\n\n");
    write("run02/class_labels.txt",
          "run02/test/item01.png run02/training/class01.png\n"  // not the nearest
          "run02/test/item02.png run02/training/class01.png\n");
    write("README.txt", "runs");
  }
  void write(const char* name, std::string_view text) const {
    write_file_atomic(folder_ / name, text);
  }
  std::vector<OneShotRun> score() const {
    return score_omniglot_runs(test::FirstPixelEncoder(), folder_.path());
  }

  test::TemporaryFolder folder_;
};

TEST_F(OmniglotRunsTest, TheNearestTrainingImageIsTheAnswer) {
  const std::vector<OneShotRun> runs = score();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].name, "run01");
  EXPECT_EQ(runs[0].trials, 2U);
  EXPECT_EQ(runs[0].errors, 0U);
  EXPECT_EQ(runs[1].trials, 2U);
  EXPECT_EQ(runs[1].errors, 1U);
}

TEST_F(OmniglotRunsTest, DamagedRunsAreRefused) {
  write("run02/class_labels.txt", "run02/test/item01.png run02/training/class03.png\n");
  EXPECT_EQ(code_of([&] { score(); }), ErrorCode::kBadInput);
  write("run02/class_labels.txt", "run02/test/item01.png\n");
  EXPECT_EQ(code_of([&] { score(); }), ErrorCode::kBadInput);
  write("run02/class_labels.txt", "\n");
  EXPECT_EQ(code_of([&] { score(); }), ErrorCode::kBadInput);
}

TEST_F(OmniglotRunsTest, AFolderWithoutRunsIsTold) {
  const auto code = [&](const std::filesystem::path& folder) {
    return code_of([&] { score_omniglot_runs(test::FirstPixelEncoder(), folder); });
  };
  EXPECT_EQ(code(folder_ / "run01"), ErrorCode::kBadInput);
  EXPECT_EQ(code(folder_ / "missing"), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb::bench
