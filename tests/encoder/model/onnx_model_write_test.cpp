#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "encoder/model/onnx_model.h"
#include "simdb/error.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using ::testing::HasSubstr;

std::string refusal(const EncoderModel& model, ErrorCode code = ErrorCode::kUsage) {
  try {
    write_onnx_model(model);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

// random_model with its conv, pool, conv, pool, dense at hand to break.
struct Broken : EncoderModel {
  Broken() : EncoderModel(test::random_model(16, 1, {.width = 8, .height = 8})) {}
  ConvLayer& conv() { return std::get<ConvLayer>(layers[2]); }
  MaxPoolLayer& pool() { return std::get<MaxPoolLayer>(layers[3]); }
  DenseLayer& dense() { return std::get<DenseLayer>(layers[4]); }
};

TEST(OnnxModelWriteTest, RoundTripKeepsEveryField) {
  const InputSpec input{.width = 20,
                        .height = 12,
                        .channels = 1,
                        .resize = ResizeRule::kStretch,
                        .background = {1, 128, 255},
                        .mean = {0.1F, -0.2F, 1.0F / 3},
                        .scale = {0.229F, 1e-3F, 7}};
  EncoderModel model = test::random_model(48, 1, input);
  model.notes = {{"loss", "triplet, margin 0.2"},
                 {"licence", ""},
                 {"training_data", "Größe \"quoted\"\nsecond line"}};
  const ModelHeader header = read_onnx_header(write_onnx_model(model), "x");
  EXPECT_EQ(header.input, input);
  EXPECT_EQ(header.dimension, 48U);
  EXPECT_EQ(header.notes, model.notes);
}

TEST(OnnxModelWriteTest, TheSameModelGivesTheSameBytes) {
  EXPECT_EQ(test::random_model_file(16, 3), test::random_model_file(16, 3));
  EXPECT_NE(test::random_model_file(16, 3), test::random_model_file(16, 4));
}

TEST(OnnxModelWriteTest, RefusesLayersThatDoNotFit) {
  const std::vector<std::pair<std::string, std::function<void(Broken&)>>> cases = {
      {"does not fit", [](Broken& m) { m.conv().in_channels = 3; }},
      {"does not fit", [](Broken& m) { m.conv().kernel = 2; }},
      {"weight has", [](Broken& m) { m.conv().weight.pop_back(); }},
      {"bias has", [](Broken& m) { m.conv().bias.push_back(0); }},
      {"without outputs", [](Broken& m) { m.conv().out_channels = 0; }},
      {"more pooling", [](Broken& m) { m.pool().size = 5; }},
      {"more pooling", [](Broken& m) { m.pool().size = 0; }},
      {"does not fit", [](Broken& m) { m.dense().in_features += 1; }},
      {"weight has", [](Broken& m) { m.dense().out_features = 32; }},
      {"must be dense", [](Broken& m) { m.layers.pop_back(); }},
      {"must be dense", [](Broken& m) { m.layers.clear(); }},
      {"behind a dense", [](Broken& m) { m.layers.emplace_back(MaxPoolLayer{}); }},
      {"behind a dense", [](Broken& m) { m.layers.emplace_back(AveragePoolLayer{}); }},
      {"behind a dense", [](Broken& m) { m.layers.emplace_back(ResidualLayer{}); }},
      {"behind a dense", [](Broken& m) { m.layers.emplace_back(m.conv()); }},
      {"named input", [](Broken& m) { m.notes.emplace("input", "8 x 8"); }},
      {"named checksum", [](Broken& m) { m.notes.emplace("checksum", "none"); }},
      {"named sha256", [](Broken& m) { m.notes.emplace("sha256", "0"); }},
      {"named format_version", [](Broken& m) { m.notes.emplace("format_version", "2"); }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Broken model;
    cases[i].second(model);
    EXPECT_THAT(refusal(model), HasSubstr(cases[i].first)) << "case " << i;
  }
}

TEST(OnnxModelWriteTest, RefusesResidualBlocksThatDoNotFit) {
  const auto conv = [](int in, int out, int kernel, bool relu) {
    const int side = kernel * kernel;
    return ConvLayer{in,  out, kernel, std::vector<float>(in * out * side), std::vector<float>(out),
                     relu};
  };
  const ResidualLayer fits{conv(8, 4, 3, true), conv(4, 8, 3, false), conv(8, 8, 1, false)};
  const std::vector<std::pair<std::string, std::function<void(ResidualLayer&)>>> cases = {
      {"has its ReLUs", [](auto& block) { block.first.relu = false; }},
      {"has its ReLUs", [](auto& block) { block.second.relu = true; }},
      {"has its ReLUs", [](auto& block) { block.shortcut->relu = true; }},
      {"does not fit its input", [&](auto& block) { block.first = conv(4, 4, 3, true); }},
      {"does not fit its input", [&](auto& block) { block.second = conv(8, 8, 3, false); }},
      {"does not fit its input", [&](auto& block) { block.shortcut = conv(4, 8, 1, false); }},
      {"does not fit its output", [&](auto& block) { block.shortcut = conv(8, 4, 1, false); }},
      {"does not fit its output",
       [&](auto& block) {
         block.second = conv(4, 6, 3, false);
         block.shortcut.reset();
       }},
  };
  Broken model;
  model.layers.insert(model.layers.begin() + 4, fits);
  EXPECT_NO_THROW(write_onnx_model(model));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    model.layers[4] = fits;
    cases[i].second(std::get<ResidualLayer>(model.layers[4]));
    EXPECT_THAT(refusal(model), HasSubstr(cases[i].first)) << "case " << i;
  }
}

TEST(OnnxModelWriteTest, RefusesADimensionThatIsNoEmbeddings) {
  EXPECT_THAT(refusal(test::random_model(24, 1)), HasSubstr("24"));
  EXPECT_THAT(refusal(test::random_model(528, 1)), HasSubstr("528"));
}

TEST(OnnxModelWriteTest, RefusesWeightsThatAreNotFinite) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    Broken weight;
    weight.dense().weight[5] = value;
    EXPECT_THAT(refusal(weight, ErrorCode::kBadInput), HasSubstr("not finite"));
    Broken bias;
    bias.conv().bias[0] = value;
    EXPECT_THAT(refusal(bias, ErrorCode::kBadInput), HasSubstr("not finite"));
  }
}

TEST(OnnxModelWriteTest, RefusesAnUnusableInput) {
  Broken model;
  model.input.channels = 2;
  EXPECT_THAT(refusal(model, ErrorCode::kBadInput), HasSubstr("2 channels"));
}

}  // namespace
}  // namespace simdb
