#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "simdb/digest.h"
#include "simdb/image_codec.h"
#include "tests/integration/cli_fixture.h"
#include "tests/support/decoders.h"

namespace simdb::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// An untrained decoder behind net.onnx alone.
std::vector<std::byte> decoder_behind(const std::vector<std::byte>& net, unsigned seed) {
  DecoderModel model = random_decoder(28, 28, 3);
  model.encoders = {{"net", to_hex(sha256(net)), random_model(16, seed)}};
  DenseLayer& first = model.code_layers.front();
  first.in_features = 4 + 16;
  first.weight.resize(static_cast<std::size_t>(first.in_features) * first.out_features);
  return write_decoder_model(model);
}

class RecreateTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write("decoder.onnx", decoder_behind(random_model_file(16, 1), 1));
  }

  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Image picture(const std::string& name) const { return load_image(path(name)).image; }

  const std::string red_ = "shapes/red/circle_red_0.png";
  const std::string blue_ = "shapes/blue/circle_blue_1.png";
};

TEST_F(RecreateTest, MakesAnImageAgainAndTellsHowWell) {
  const auto result = simdb({"recreate", red_, "--decoder", "decoder.onnx", "-o", "again.png"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("wrote again.png"), HasSubstr("28 x 28"),
                                HasSubstr("PSNR"), HasSubstr(" dB")));
  EXPECT_EQ(picture("again.png").width, 28);

  const auto json =
      simdb({"recreate", red_, "--decoder", "decoder.onnx", "-o", "again.png", "--json"});
  EXPECT_GT(nlohmann::json::parse(json.out).at("psnr").get<double>(), 0);
  // To standard output without -o: the same file.
  const auto piped = simdb({"recreate", red_, "--decoder", "decoder.onnx"});
  EXPECT_THAT(piped.out, HasSubstr("PNG"));
}

TEST_F(RecreateTest, TakesFeaturesFromAnotherImage) {
  ASSERT_EQ(simdb({"recreate", red_, "--decoder", "decoder.onnx", "-o", "own.png"}).code, 0);
  const auto result = simdb({"recreate", red_, "--decoder", "decoder.onnx", "--features-from",
                             blue_ + ":1", "-o", "lent.png"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(picture("own.png").pixels, picture("lent.png").pixels);
  ASSERT_EQ(simdb({"recreate", red_, "--decoder", "decoder.onnx", "--features-from", blue_, "-o",
                   "all.png"})
                .code,
            0);
  EXPECT_EQ(picture("all.png").pixels, picture("lent.png").pixels);
  const auto none = simdb({"recreate", red_, "--decoder", "decoder.onnx", "--features-from",
                           blue_ + ":2", "-o", "lent.png"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, AllOf(HasSubstr("no encoder 2"), HasSubstr("1 (net)")));
}

TEST_F(RecreateTest, MakesAStripBetweenTwoImages) {
  const auto result = simdb({"recreate", "--between", red_, blue_, "--steps", "3", "--decoder",
                             "decoder.onnx", "-o", "strip.png"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(picture("strip.png").width, 3 * 28 + 2 * 2);
  EXPECT_EQ(simdb({"recreate", "--between", red_, "--decoder", "decoder.onnx"}).code, 2);
}

TEST_F(RecreateTest, DrawsImagesOfAClass) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red"}).code, 0);
  const std::vector<std::string> sample = {"recreate",  "--sample",     "red", "--count",  "10",
                                           "--decoder", "decoder.onnx", "-o",  "drawn.png"};
  const auto result = simdb(sample);
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("10 images"));
  const Image drawn = picture("drawn.png");
  EXPECT_EQ(drawn.width, 8 * 28 + 7 * 2);
  EXPECT_EQ(drawn.height, 2 * 28 + 2);
  ASSERT_EQ(simdb(sample).code, 0);
  EXPECT_EQ(picture("drawn.png").pixels, drawn.pixels);  // the same seed

  EXPECT_EQ(simdb({"recreate", "--sample", "pink", "--decoder", "decoder.onnx"}).code, 3);
  write("other.onnx", decoder_behind(random_model_file(16, 2), 2));
  const auto other =
      simdb({"recreate", "--sample", "red", "--decoder", "other.onnx", "-o", "drawn.png"});
  EXPECT_EQ(other.code, 4);
  EXPECT_THAT(other.err, HasSubstr("none of this decoder's"));
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_F(RecreateTest, PagesShowWhatTheEncoderKeeps) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red"}).code, 0);
  ASSERT_EQ(simdb({"add", "blue", "shapes/blue"}).code, 0);
  ASSERT_EQ(simdb({"why", red_, "--report", "plain.html"}).code, 0);
  ASSERT_EQ(simdb({"why", red_, "--report", "seen.html", "--picture", "decoder.onnx"}).code, 0);
  const std::size_t pictures = occurrences(read("plain.html"), "<img");
  EXPECT_GE(pictures, 2U) << "the image, and the item that it is";
  EXPECT_EQ(occurrences(read("seen.html"), "<img"), 2 * pictures);

  ASSERT_EQ(simdb({"eval", "shapes", "--report", "plain.html"}).code, 0);
  ASSERT_EQ(simdb({"eval", "shapes", "--report", "seen.html", "--picture", "decoder.onnx"}).code,
            0);
  const std::string kept = R"("k":"data:image/png)";
  EXPECT_EQ(occurrences(read("plain.html"), kept), 0U);
  EXPECT_EQ(occurrences(read("seen.html"), kept), occurrences(read("seen.html"), R"("s":"shapes)"));

  write("other.onnx", decoder_behind(random_model_file(16, 2), 2));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"why", red_}, {"eval", "shapes"}}) {
    std::vector<std::string> without_page = words;
    without_page.insert(without_page.end(), {"--picture", "decoder.onnx"});
    const auto usage = simdb(without_page);
    EXPECT_EQ(usage.code, 2);
    EXPECT_THAT(usage.err, HasSubstr("--report"));
    std::vector<std::string> stranger = words;
    stranger.insert(stranger.end(), {"--report", "x.html", "--picture", "other.onnx"});
    const auto foreign = simdb(stranger);
    EXPECT_EQ(foreign.code, 4);
    EXPECT_THAT(foreign.err, HasSubstr("none of this decoder's"));
  }
}

TEST_F(RecreateTest, TellsMistakes) {
  EXPECT_EQ(simdb({"recreate", red_}).code, 2);
  EXPECT_EQ(simdb({"recreate", "--decoder", "decoder.onnx"}).code, 2);
  EXPECT_EQ(simdb({"recreate", "none.png", "--decoder", "decoder.onnx", "-o", "x.png"}).code, 3);
  const auto encoder = simdb({"recreate", red_, "--decoder", "net.onnx", "-o", "x.png"});
  EXPECT_EQ(encoder.code, 4);
  EXPECT_THAT(encoder.err, HasSubstr("simdb train-decoder"));
  write("damaged.onnx", std::string("not a model"));
  EXPECT_EQ(simdb({"recreate", red_, "--decoder", "damaged.onnx", "-o", "x.png"}).code, 4);
}

}  // namespace
}  // namespace simdb::test
