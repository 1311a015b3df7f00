#include "cli/train/train_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/interrupt.h"
#include "core/file_io.h"
#include "encoder/model/onnx_model.h"
#include "simdb/image_codec.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TrainAppTest : public ::testing::Test {
 protected:
  TrainAppTest() {
    for (int i = 0; i < 5; ++i) {
      const auto number = std::to_string(i);
      write("red/" + number + ".png", test::solid_image(9, 9, {255, 0, 0}));
      write("blue/" + number + ".png", test::solid_image(9, 9, {0, 0, 255}));
    }
  }

  void write(const std::string& name, const Image& image) const {
    fs::create_directories((pictures_ / name).parent_path());
    write_file_atomic(pictures_ / name, encode_png(image));
  }

  static std::string text(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  int run(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {
        pictures_.string(), "-o", model_.string(), "--size", "8",         "--channels", "4,8",
        "--epochs",         "2",  "--batch",       "16",     "--threads", "1"};
    args.insert(args.end(), more.begin(), more.end());
    const std::vector<std::string_view> views(args.begin(), args.end());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_train_program(views, {out, err, false, stop_});
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  test::TemporaryFolder folder_;
  fs::path pictures_ = folder_ / "pictures";
  fs::path model_ = folder_ / "model.onnx";
  std::function<bool()> stop_;
  std::string out_;
  std::string err_;
};

TEST_F(TrainAppTest, WritesAModelThatRunsAndSaysWhatToDoNext) {
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("8 images of 2 classes"), HasSubstr("recall@1"),
                          HasSubstr("simdb init --encoder")));
  EXPECT_THAT(err_, ::testing::StartsWith("reading the images in " + pictures_.string()));
  EXPECT_THAT(err_,
              AllOf(HasSubstr("training on 8 images of 2 classes, judged on 2 other images; 2 "
                              "epochs of 10 steps at most"),
                    HasSubstr(" of memory"), HasSubstr("epoch 2/2")));
  const OnnxEncoder encoder(read_model_file(model_));
  EXPECT_EQ(encoder.header().notes.at("loss"), "nt-xent, margin 0.2, scale 16");
  EXPECT_EQ(encoder.dimension(), 16U);
}

TEST_F(TrainAppTest, ATimeLimitIsKeptAndTheNumberOfEpochsTold) {
  const std::string command = pictures_.string();
  const std::vector<std::string_view> args = {
      command,     "-o", model_.native(), "--size", "8",     "--channels", "4,8", "--batch", "16",
      "--threads", "1",  "--time-limit",  "3s",     "--json"};
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run_train_program(args, {out, err, false, {}}), 0);
  EXPECT_THAT(err.str(), HasSubstr("fit into the time limit"));
  EXPECT_THAT(out.str(), HasSubstr("\"epochs_at_most\":"));
}

TEST_F(TrainAppTest, JsonIsOneLine) {
  EXPECT_EQ(run({"--json"}), 0);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"recall_at_1\":"), HasSubstr("\"classes\":2")));
}

TEST_F(TrainAppTest, UnreadableImagesAreNamedAndTheModelIsWrittenWithCode4) {
  write_file_atomic(pictures_ / "red/broken.png", std::string_view("nothing"));
  EXPECT_EQ(run(), 4);
  EXPECT_THAT(err_, HasSubstr("broken.png"));
  EXPECT_THAT(out_, HasSubstr("1 skipped"));
  EXPECT_TRUE(fs::exists(model_));
}

TEST_F(TrainAppTest, AnUnwritableOutputIsFoundBeforeTraining) {
  model_ = folder_ / "nowhere/model.onnx";
  EXPECT_EQ(run(), 6);
  EXPECT_THAT(err_, AllOf(HasSubstr("nowhere/model.onnx"), HasSubstr("No such file")));
  model_ = pictures_;
  EXPECT_EQ(run(), 6);
  EXPECT_THAT(err_, HasSubstr("Is a directory"));
}

TEST_F(TrainAppTest, BadDataGivesItsCodeAndNoModel) {
  fs::remove_all(pictures_ / "blue");
  EXPECT_EQ(run(), 4);
  EXPECT_THAT(err_, HasSubstr("one class only ('red')"));
  fs::remove_all(pictures_);
  EXPECT_EQ(run(), 3);
  EXPECT_FALSE(fs::exists(model_));
}

TEST_F(TrainAppTest, AValidationFolderIsUsed) {
  write("../other/green/1.png", test::solid_image(9, 9, {0, 255, 0}));
  write("../other/green/2.png", test::solid_image(9, 9, {0, 255, 0}));
  write("../other/black/1.png", test::solid_image(9, 9, {0, 0, 0}));
  write("../other/black/2.png", test::solid_image(9, 9, {0, 0, 0}));
  EXPECT_EQ(run({"--validation", (folder_ / "other").string()}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("10 images of 2 classes"), HasSubstr("4 validation images")));
}

TEST_F(TrainAppTest, StoppingAfterAnEpochKeepsItAndBeforeOneKeepsNothing) {
  int asked = 0;
  stop_ = [&] { return ++asked > 30; };  // past the 10 images, in the second epoch of 10 batches
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(out_, HasSubstr("stopped early"));
  EXPECT_THAT(err_, AllOf(HasSubstr("model.onnx.checkpoint"), HasSubstr("go on with: simdb train "),
                          HasSubstr("--threads 1 --resume\n")));
  EXPECT_TRUE(fs::exists(model_));
  fs::remove(model_);
  asked = 13;
  EXPECT_EQ(run(), kInterruptedExitCode) << err_;
  EXPECT_THAT(err_, HasSubstr("no model was written"));
  EXPECT_FALSE(fs::exists(model_));
  stop_ = [] { return true; };
  EXPECT_EQ(run(), kInterruptedExitCode);
}

TEST_F(TrainAppTest, APreviewNeedsNoModelAndComesBeforeOne) {
  const fs::path page = folder_ / "page.html";
  const auto preview = [&](const std::vector<std::string>& more) {
    const std::string folder = pictures_.string();
    const std::string file = page.string();
    std::vector<std::string_view> args = {folder, "--preview", file, "--size", "8"};
    args.insert(args.end(), more.begin(), more.end());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_train_program(args, {out, err, false, stop_});
    err_ = err.str();
    return code;
  };
  EXPECT_EQ(preview({}), 0);
  EXPECT_THAT(err_, HasSubstr("page.html"));
  EXPECT_TRUE(fs::exists(page));
  EXPECT_FALSE(fs::exists(model_));
  fs::remove(page);
  EXPECT_EQ(preview({"-o", model_.string(), "--epochs", "1", "--channels", "4,8"}), 0);
  EXPECT_TRUE(fs::exists(page));
  EXPECT_TRUE(fs::exists(model_));
}

TEST_F(TrainAppTest, AnUnwritablePreviewIsFoundFirst) {
  EXPECT_EQ(run({"--preview", (folder_ / "nowhere/page.html").string()}), 6);
  EXPECT_THAT(err_, AllOf(HasSubstr("the preview"), HasSubstr("--preview")));
  EXPECT_FALSE(fs::exists(model_));
}

TEST_F(TrainAppTest, ALogAndAReportAreWritten) {
  const fs::path log = folder_ / "log.jsonl";
  const fs::path page = folder_ / "report.html";
  EXPECT_EQ(run({"--log", log.string(), "--report", page.string()}), 0);
  EXPECT_THAT(err_, HasSubstr("report.html"));
  EXPECT_THAT(text(page), AllOf(HasSubstr("red"), HasSubstr("blue")));
  EXPECT_THAT(text(log), AllOf(HasSubstr("\"event\":\"start\""), HasSubstr("\"epoch\":2"),
                               HasSubstr("\"event\":\"end\"")));
}

TEST_F(TrainAppTest, TheLogOfAStoppedTrainingHasItsEpochs) {
  const fs::path log = folder_ / "log.jsonl";
  int asked = 0;
  stop_ = [&] { return ++asked > 30; };  // in the second epoch
  EXPECT_EQ(run({"--log", log.string()}), 0);
  EXPECT_THAT(text(log), AllOf(HasSubstr("\"event\":\"epoch\""), HasSubstr("\"stopped\":true")));
  stop_ = {};
  const std::string before = text(log);
  EXPECT_EQ(run({"--log", log.string(), "--resume"}), 0);
  EXPECT_THAT(text(log), AllOf(::testing::StartsWith(before), HasSubstr("\"resumed\":true")));
}

TEST_F(TrainAppTest, AnUnwritableLogOrReportIsFoundFirst) {
  EXPECT_EQ(run({"--log", (folder_ / "nowhere/log").string()}), 6);
  EXPECT_THAT(err_, HasSubstr("--log"));
  EXPECT_EQ(run({"--report", (folder_ / "nowhere/page").string()}), 6);
  EXPECT_THAT(err_, HasSubstr("--report"));
  EXPECT_FALSE(fs::exists(model_));
}

TEST_F(TrainAppTest, HelpAndUsage) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("usage: simdb train"));
  EXPECT_EQ(run({"--nonsense"}), 2);
}

}  // namespace
}  // namespace simdb::cli
