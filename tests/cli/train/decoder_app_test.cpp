#include "cli/train/decoder_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/interrupt.h"
#include "cli/train/decoder_args.h"
#include "core/file_io.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/image_decoder.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/images.h"
#include "tests/support/models.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class DecoderAppTest : public ::testing::Test {
 protected:
  DecoderAppTest() {
    for (int i = 0; i < 12; ++i) {
      const auto number = std::to_string(i);
      const auto shade = static_cast<std::uint8_t>(i * 15);
      write("red/" + number + ".png", test::solid_image(9, 9, {255, shade, 0}));
      write("blue/" + number + ".png", test::solid_image(9, 9, {0, shade, 255}));
    }
    InputSpec input;
    input.width = input.height = 8;
    write_file_atomic(encoder_, test::random_model_file(16, 1, input));
  }

  void write(const std::string& name, const Image& image) const {
    fs::create_directories((pictures_ / name).parent_path());
    write_file_atomic(pictures_ / name, encode_png(image));
  }

  static std::string text(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  int run(std::vector<std::string> more = {}, const std::string& steps = "12") {
    std::vector<std::string> args = {pictures_.string(),
                                     "-o",
                                     decoder_.string(),
                                     "--encoder",
                                     encoder_.string(),
                                     "--latent",
                                     "3",
                                     "--steps",
                                     steps,
                                     "--batch",
                                     "8",
                                     "--threads",
                                     "1"};
    args.insert(args.end(), more.begin(), more.end());
    return run_words(args);
  }

  int run_words(const std::vector<std::string>& args) {
    const std::vector<std::string_view> views(args.begin(), args.end());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_decoder_program(views, {out, err, false, stop_});
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  test::TemporaryFolder folder_;
  fs::path pictures_ = folder_ / "pictures";
  fs::path encoder_ = folder_ / "colour.onnx";
  fs::path decoder_ = folder_ / "decoder.onnx";
  std::function<bool()> stop_;
  std::string out_;
  std::string err_;
};

TEST_F(DecoderAppTest, WritesADecoderThatRunsAndAPage) {
  const fs::path page = folder_ / "page.html";
  ASSERT_EQ(run({"--report", page.string()}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("trained on 22 images, 12 steps"),
                          HasSubstr("dB on 2 images set aside"),
                          HasSubstr("codes of 3 floats + 16 of colour"),
                          HasSubstr("simdb recreate IMAGE --decoder")));
  EXPECT_THAT(err_, HasSubstr("step 12/12: PSNR"));
  const ImageDecoder decoder(read_model_file(decoder_));
  EXPECT_EQ(decoder.latent(), 3U);
  EXPECT_EQ(decoder.parts()[0].name, "colour");
  EXPECT_EQ(decoder.width(), 8);
  EXPECT_FALSE(fs::exists(decoder_.string() + ".checkpoint"));

  const std::string html = text(page);
  EXPECT_THAT(html, AllOf(HasSubstr("Content-Security-Policy"), HasSubstr("<polyline"),
                          HasSubstr("Features of <bdi>colour</bdi> exchanged"),
                          HasSubstr("What the latent says"), HasSubstr("data:image/png"),
                          Not(HasSubstr("simdb:")), Not(HasSubstr("<script"))));
}

TEST_F(DecoderAppTest, TellsTheSummaryAsJson) {
  ASSERT_EQ(run({"--json"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr(R"("training_images":22)"), HasSubstr(R"("steps":12)"),
                          HasSubstr(R"("psnr":)"), HasSubstr(R"("mean_image_psnr":)")));
}

TEST_F(DecoderAppTest, StoppedKeepsWhatItHasAndGoesOn) {
  int asked = 0;
  stop_ = [&] { return ++asked > 40; };  // while the steps are done
  ASSERT_EQ(run({}, "60"), 0) << err_;
  ASSERT_TRUE(fs::exists(decoder_.string() + ".checkpoint"));
  EXPECT_THAT(err_, AllOf(HasSubstr("go on with: simdb train-decoder"), HasSubstr("--resume")));
  EXPECT_NO_THROW(ImageDecoder(read_model_file(decoder_)));
  stop_ = {};
  ASSERT_EQ(run({"--resume"}, "60"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("60 steps"));
  EXPECT_FALSE(fs::exists(decoder_.string() + ".checkpoint"));
}

TEST_F(DecoderAppTest, StoppedWhileReadingWritesNothing) {
  stop_ = [] { return true; };
  EXPECT_EQ(run(), kInterruptedExitCode);
  EXPECT_FALSE(fs::exists(decoder_));
}

TEST_F(DecoderAppTest, TellsMistakes) {
  const auto says = [&](const std::vector<std::string>& args, int code, const std::string& what) {
    EXPECT_EQ(run_words(args), code);
    EXPECT_THAT(err_, HasSubstr(what));
  };
  const int usage = static_cast<int>(ErrorCode::kUsage);
  says({}, usage, "name the folder");
  says({"d"}, usage, "-o FILE.onnx");
  says({"d", "-o", "x"}, usage, "--encoder FILE.onnx");
  says({"d", "-o", "x", "--encoder", "e", "--latent", "0"}, usage, "--latent 0");
  says({"d", "-o", "x", "--encoder", "e", "--channels", "1"}, usage, "--channels 1");
  says({"d", "-o", "x", "--wrong"}, usage, "wrong");
  EXPECT_EQ(run({"--encoder", (folder_ / "none.onnx").string()}),
            static_cast<int>(ErrorCode::kNotFound));
  write_file_atomic(folder_ / "damaged.onnx", std::vector<std::byte>(50));
  EXPECT_EQ(run({"--encoder", (folder_ / "damaged.onnx").string()}),
            static_cast<int>(ErrorCode::kBadInput));
  EXPECT_EQ(run({"--resume"}), static_cast<int>(ErrorCode::kNotFound));
}

TEST_F(DecoderAppTest, HelpFitsAScreen) {
  EXPECT_EQ(run_words({"--help"}), 0);
  EXPECT_LE(std::ranges::count(out_, '\n'), 24);
  EXPECT_THAT(out_, HasSubstr("--encoder FILE"));
}

}  // namespace
}  // namespace simdb::cli
