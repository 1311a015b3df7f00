#include "cli/train/backbone_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/interrupt.h"
#include "cli/train/train_app.h"
#include "core/file_io.h"
#include "encoder/model/onnx_model.h"
#include "simdb/image_codec.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BackboneRunTest : public ::testing::Test {
 protected:
  BackboneRunTest() {
    for (int i = 0; i < 5; ++i) {
      const auto shade = static_cast<std::uint8_t>(20 * i);
      const std::string number = std::to_string(i);
      write("red/" + number + ".png", test::solid_image(9, 9, {255, shade, 0}));
      write("blue/" + number + ".png", test::solid_image(9, 9, {0, shade, 255}));
    }
    write_backbone({});
  }

  void write(const std::string& name, const Image& image) const {
    fs::create_directories((pictures_ / name).parent_path());
    write_file_atomic(pictures_ / name, encode_png(image));
  }
  void write_backbone(const test::BackboneRecipe& recipe) const {
    write_file_atomic(net_, test::make_backbone(recipe));
  }

  int run(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {
        pictures_.string(), "-o", model_.string(), "--backbone", net_.string(), "--epochs", "2",
        "--batch",          "16", "--threads",     "1"};
    args.insert(args.end(), more.begin(), more.end());
    const std::vector<std::string_view> views(args.begin(), args.end());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_train_program(views, {out, err, false, stop_});
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  static std::vector<Image> pictures() {
    return {test::solid_image(9, 9, {255, 10, 0}), test::solid_image(9, 9, {0, 90, 255})};
  }
  InputSpec input() const { return OnnxEncoder(read_model_file(model_)).header().input; }

  test::TemporaryFolder folder_;
  fs::path pictures_ = folder_ / "pictures";
  fs::path model_ = folder_ / "model.onnx";
  fs::path net_ = folder_ / "net.onnx";
  fs::path cache_ = folder_ / "model.onnx.features";
  std::function<bool()> stop_;
  std::string out_;
  std::string err_;
};

/// Photographs of two kinds in the place of the pictures.
void photograph(const fs::path& folder) {
  for (unsigned i = 0; i < 8; ++i) {
    const fs::path file = folder / (i % 2 == 0 ? "a" : "b") / (std::to_string(i) + ".png");
    fs::create_directories(file.parent_path());
    write_file_atomic(file, encode_png(test::natural_image(48, i)));
  }
}

TEST_F(BackboneRunTest, PhotographsStartFromPhotoUnlessTheUserSaysOtherwise) {
  ASSERT_EQ(run({"--head-hidden", "0", "--dim", "16"}), 0) << err_;
  const fs::path photo = folder_ / "photo.onnx";
  fs::rename(model_, photo);
  const auto train = [&](std::vector<std::string_view> more) {
    const std::string folder = pictures_.string();
    const std::string model = model_.string();
    std::vector<std::string_view> args = {folder, "-o", model, "--epochs", "1", "--threads", "1"};
    args.insert(args.end(), more.begin(), more.end());
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run_train_program(args, {out, err, false, stop_, photo}), 0) << err.str();
    err_ = err.str();
    out_ = out.str();
  };
  train({});
  EXPECT_THAT(err_, Not(HasSubstr("photographs")));  // nine shades are none
  EXPECT_THAT(out_, HasSubstr("photo at 28 pixels"));

  fs::remove_all(pictures_);
  photograph(pictures_);
  train({});
  EXPECT_THAT(err_, HasSubstr("these are photographs: training starts from photo"));
  EXPECT_THAT(out_, HasSubstr("photo as it is"));
  EXPECT_EQ(input().width, 12);  // the backbone's
  train({"--from", "scratch"});
  EXPECT_THAT(err_, Not(HasSubstr("photographs:")));
  EXPECT_EQ(input().width, 28);
  train({"--network", "small"});
  EXPECT_THAT(err_, HasSubstr("but --network is about a new network"));
  EXPECT_EQ(input().width, 28);
  fs::remove(photo);
  train({});
  EXPECT_THAT(err_, HasSubstr("it is not there"));
  EXPECT_EQ(input().width, 28);
}

TEST_F(BackboneRunTest, WritesOneModelWithTheInputOfTheBackbone) {
  EXPECT_EQ(run({"--head-hidden", "12", "--mean-std", "imagenet"}), 0) << err_;
  EXPECT_THAT(err_, AllOf(HasSubstr("8 features"), HasSubstr("12 x 10 RGB, mean 0.485"),
                          HasSubstr("computed the features of 10 images")));
  EXPECT_THAT(out_, HasSubstr("input 12 x 10 RGB"));
  EXPECT_TRUE(fs::exists(cache_));
  const OnnxEncoder encoder(read_model_file(model_));
  EXPECT_EQ(encoder.dimension(), 16U);
  EXPECT_FLOAT_EQ(encoder.header().input.scale[2], 0.225F);
  EXPECT_THAT(encoder.header().notes.at("backbone"), HasSubstr("net.onnx, SHA-256"));
  EXPECT_THAT(encoder.header().notes.at("network"), HasSubstr("12 hidden"));
  const Image red = test::solid_image(9, 9, {255, 10, 0});
  const Image blue = test::solid_image(9, 9, {0, 10, 255});
  const EmbeddingBatch rows =
      encoder.encode(std::vector<Image>{red, test::solid_image(9, 9, {255, 50, 0}), blue});
  EXPECT_GT(similarity(rows.row(0), rows.row(1)), similarity(rows.row(0), rows.row(2)));
}

TEST_F(BackboneRunTest, ASecondTrainingFindsTheFeatures) {
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(run({"--seed", "2"}), 0);
  EXPECT_THAT(err_, HasSubstr("computed the features of 0 images"));
  const fs::path elsewhere = folder_ / "elsewhere";
  EXPECT_EQ(run({"--feature-cache", elsewhere.string(), "--views", "2"}), 0);
  EXPECT_THAT(err_, HasSubstr("computed the features of 20 images"));
  EXPECT_TRUE(fs::exists(elsewhere));
}

TEST_F(BackboneRunTest, AFreeSizeIsTheUsersAndTheScaleToo) {
  write_backbone({.free_size = true});
  EXPECT_EQ(run({"--size", "16", "--mean-std", "half", "--resize", "stretch"}), 0) << err_;
  EXPECT_EQ(input().width, 16);
  EXPECT_EQ(input().mean[0], 0.5F);
  EXPECT_EQ(input().resize, ResizeRule::kStretch);
  EXPECT_EQ(run({"--mean-std", "none"}), 0) << err_;
  EXPECT_EQ(input().width, 224);
  EXPECT_EQ(input().height, 224);
  EXPECT_EQ(input().scale[0], 1);
}

TEST_F(BackboneRunTest, TheScaleIsTriedOnTheImages) {
  EXPECT_EQ(run(), 0) << err_;
  EXPECT_THAT(err_, AllOf(HasSubstr("--mean-std "), HasSubstr("copies of 10 images best"),
                          HasSubstr("name another")));
  EXPECT_EQ(run({"--mean-std", "raw"}), 0) << err_;
  EXPECT_THAT(err_, Not(HasSubstr("best (loss")));
  EXPECT_FLOAT_EQ(input().scale[0], 1 / 255.0F);
  for (const char* file : {"red/0.png", "red/1.png", "blue/0.png"}) fs::remove(pictures_ / file);
  EXPECT_EQ(run(), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("--mean-std imagenet is assumed"));
}

TEST_F(BackboneRunTest, AnEncoderOfSimdbKeepsItsScaleAndItsHead) {
  EXPECT_EQ(run({"--mean-std", "half"}), 0) << err_;
  const EmbeddingBatch before = OnnxEncoder(read_model_file(model_)).encode(pictures());
  fs::rename(model_, net_);
  EXPECT_EQ(run({"--anchor", "1e6", "--learning-rate", "1e-9"}), 0) << err_;
  EXPECT_EQ(input().mean[0], 0.5F);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("8 features"), HasSubstr("what the head of this encoder reads")));
  const EmbeddingBatch after = OnnxEncoder(read_model_file(model_)).encode(pictures());
  for (std::size_t i = 0; i < 2; ++i) EXPECT_GT(similarity(before.row(i), after.row(i)), 0.9999F);
}

TEST_F(BackboneRunTest, SeveralStandSideBySide) {
  const fs::path other = folder_ / "other.onnx";
  write_file_atomic(other, test::make_backbone({.input = {.width = 24, .height = 20}, .seed = 2}));
  EXPECT_EQ(run({"--backbone", other.string(), "--dim", "16"}), 0) << err_;
  EXPECT_THAT(err_, AllOf(HasSubstr("backbone net.onnx: 8 features"),
                          HasSubstr("backbone other.onnx: 8 features"),
                          HasSubstr("backbone net.onnx + other.onnx: 16 features"),
                          HasSubstr("computed the features of 10 images")));
  EXPECT_EQ(input().width, 24);
  EXPECT_THAT(OnnxEncoder(read_model_file(model_)).header().notes.at("backbone"),
              HasSubstr("net.onnx + other.onnx, SHA-256"));
  EXPECT_EQ(run({"--backbone", other.string(), "--mean-std", "half"}), 2);
  EXPECT_THAT(err_, HasSubstr("--mean-std"));
  EXPECT_EQ(run({"--backbone", other.string(), "--backbone-output", "early"}), 2);
  EXPECT_EQ(run({"--backbone", (folder_ / "none.onnx").string()}), 3);
  EXPECT_THAT(err_, HasSubstr("none.onnx"));
}

TEST_F(BackboneRunTest, OfEncodersSideBySideTheEmbeddingsCountAndHowTheyFitImages) {
  const auto make = [&](const char* name, const char* rule) {
    EXPECT_EQ(run({"--dim", "16", "--resize", rule}), 0) << err_;
    fs::rename(model_, folder_ / name);
    return (folder_ / name).string();
  };
  const std::string one = make("one.onnx", "trim");
  const std::string other = make("other.onnx", "trim");
  const std::string stretched = make("stretched.onnx", "stretch");
  fs::copy_file(one, net_, fs::copy_options::overwrite_existing);
  EXPECT_EQ(run({"--backbone", other, "--dim", "32"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("backbone net.onnx + other.onnx: 32 features"));
  EXPECT_EQ(input().resize, ResizeRule::kTrim);
  EXPECT_EQ(run({"--backbone", stretched}), 4);
  EXPECT_THAT(err_, AllOf(HasSubstr("net.onnx brings images to its input by 'trim'"),
                          HasSubstr("stretched.onnx by 'stretch'"), HasSubstr("--resize")));
  EXPECT_EQ(run({"--backbone", stretched, "--resize", "fit"}), 0) << err_;
  EXPECT_EQ(input().resize, ResizeRule::kFit);
}

TEST_F(BackboneRunTest, ManyGreyClassesHaveOneViewToo) {  // a network would have several
  fs::remove_all(pictures_);
  for (int kind = 0; kind < 24; ++kind) {
    const auto shade = static_cast<std::uint8_t>(10 * kind);
    for (const char* name : {"/a.png", "/b.png"}) {
      write(std::to_string(kind) + name, test::solid_image(9, 9, {shade, shade, shade}));
    }
  }
  EXPECT_EQ(run({"--color", "rgb"}), 0) << err_;
  EXPECT_EQ(input().views, 1);
  EXPECT_EQ(run({"--color", "rgb", "--test-views", "5"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("computed the features of 0 images"));
  EXPECT_EQ(input().views, 5);
}

TEST_F(BackboneRunTest, TheImagesOfAValidationFolderHaveFeaturesToo) {
  EXPECT_EQ(run({"--validation", pictures_.string(), "--views", "2"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("computed the features of 20 images"));
  EXPECT_THAT(out_, HasSubstr("10 validation images"));
}

TEST_F(BackboneRunTest, AModelThatCanNotBeUsedIsTold) {
  EXPECT_EQ(run({"--size", "32"}), 4);
  EXPECT_THAT(err_, AllOf(HasSubstr("3 x 10 x 12"), HasSubstr("choose the model's size")));
  EXPECT_EQ(run({"--color", "grey"}), 4);
  EXPECT_EQ(run({"--backbone-output", "nothing"}), 4);
  EXPECT_THAT(err_, HasSubstr("no tensor 'nothing'"));
  write_file_atomic(net_, std::string_view("no model"));
  EXPECT_EQ(run(), 4);
  EXPECT_THAT(err_, HasSubstr("net.onnx"));
  fs::remove(net_);
  EXPECT_EQ(run(), 3);
  EXPECT_THAT(err_, HasSubstr("net.onnx"));
  EXPECT_FALSE(fs::exists(model_));
  EXPECT_EQ(run({"--channels", "4,8"}), 2);
}

TEST_F(BackboneRunTest, AnUnwritableCacheIsFoundFirst) {
  EXPECT_EQ(run({"--feature-cache", (folder_ / "nowhere/f").string()}), 6);
  EXPECT_THAT(err_, HasSubstr("--feature-cache"));
}

TEST_F(BackboneRunTest, StoppingWhileFeaturesAreComputedKeepsThem) {
  int asked = 0;
  stop_ = [&] { return ++asked > 11; };  // past the 10 images
  EXPECT_EQ(run(), kInterruptedExitCode);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("while the features"), HasSubstr("computed the features of 10")));
  EXPECT_FALSE(fs::exists(model_));
  EXPECT_TRUE(fs::exists(cache_));
}

}  // namespace
}  // namespace simdb::cli
