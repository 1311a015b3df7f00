#include "encoder/model/onnx_model_cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/backbones.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

EncoderModel nested_model(const std::string& nested) {
  EncoderModel model = test::random_model(64, 3);
  model.notes["nested"] = nested;
  model.notes["licence"] = "MIT";
  return model;
}

std::vector<float> noise(std::size_t count) {
  std::mt19937 random(5);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 1000) / 1000.0F;
  return values;
}

// The rows of `cut` must be the first floats of those of `whole`, brought to length 1.
void expect_first_floats(std::span<const std::byte> whole_model,
                         std::span<const std::byte> cut_model) {
  const OnnxEncoder whole(whole_model);
  const OnnxEncoder cut(cut_model);
  const std::vector<float> planes = noise(3 * whole.header().input.values());
  const EmbeddingBatch all = whole.encode_planes(planes);
  const EmbeddingBatch first = cut.encode_planes(planes);
  for (std::size_t row = 0; row < 3; ++row) {
    float squares = 0;
    for (std::size_t d = 0; d < cut.dimension(); ++d) squares += all.row(row)[d] * all.row(row)[d];
    for (std::size_t d = 0; d < cut.dimension(); ++d) {
      EXPECT_NEAR(first.row(row)[d], all.row(row)[d] / std::sqrt(squares), 1e-5);
    }
  }
}

std::string usage_error(std::span<const std::byte> model, std::size_t dimension) {
  try {
    cut_onnx_model(model, dimension, "net.onnx");
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUsage) << e.what();
    return e.what();
  }
  return "accepted";
}

TEST(OnnxModelCut, KeepsTheFirstFloats) {
  const std::vector<std::byte> model = write_onnx_model(nested_model("16,32,64"));
  for (const std::size_t dimension : {16U, 32U}) {
    const std::vector<std::byte> cut = cut_onnx_model(model, dimension, "net.onnx");
    EXPECT_LT(cut.size(), model.size());
    EXPECT_EQ(OnnxEncoder(cut).dimension(), dimension);
    expect_first_floats(model, cut);
  }
  EXPECT_EQ(cut_onnx_model(model, 64, "net.onnx"), model);
}

TEST(OnnxModelCut, TellsInItsNotesWhereItComesFrom) {
  const std::vector<std::byte> model = write_onnx_model(nested_model("16,32,64"));
  const auto notes = read_onnx_header(cut_onnx_model(model, 32, "net.onnx"), "cut").notes;
  EXPECT_EQ(notes.at("nested"), "16,32");
  EXPECT_EQ(notes.at("licence"), "MIT");
  EXPECT_EQ(notes.at("cut_from"), to_hex(sha256(model)) + ", 64 floats");
  const auto least = read_onnx_header(cut_onnx_model(model, 16, "net.onnx"), "cut").notes;
  EXPECT_FALSE(least.contains("nested"));
}

TEST(OnnxModelCut, CutsAgainAndTheSame) {
  const std::vector<std::byte> model = write_onnx_model(nested_model("16,32,64"));
  const std::vector<std::byte> twice =
      cut_onnx_model(cut_onnx_model(model, 32, "net.onnx"), 16, "net.onnx");
  expect_first_floats(model, twice);
}

TEST(OnnxModelCut, CutsTheHeadOfABackbone) {
  const BackboneFeatures features(
      read_backbone(test::make_backbone(), "b.onnx", test::BackboneRecipe().input));
  DenseLayer head{.in_features = test::kBackboneFeatures,
                  .out_features = 32,
                  .weight = {},
                  .bias = std::vector<float>(32, 0.1F)};
  head.weight = noise(static_cast<std::size_t>(head.in_features) * 32);
  const std::vector<std::byte> model =
      write_backbone_model(features.backbone(), std::array{head}, {{"nested", "16,32"}});
  const std::vector<std::byte> cut = cut_onnx_model(model, 16, "net.onnx");
  expect_first_floats(model, cut);
  EXPECT_EQ(read_onnx_header(cut, "cut").notes.at("backbone"),
            read_onnx_header(model, "whole").notes.at("backbone"));
}

TEST(OnnxModelCut, RefusesOtherLengths) {
  const std::vector<std::byte> model = write_onnx_model(nested_model("16,32,64"));
  for (const std::size_t dimension : {0U, 8U, 48U, 128U}) {
    EXPECT_THAT(usage_error(model, dimension), HasSubstr("net.onnx")) << dimension;
    EXPECT_THAT(usage_error(model, dimension), HasSubstr("possible: 16,32,64")) << dimension;
  }
  const std::vector<std::byte> plain = test::random_model_file(64, 3);
  EXPECT_THAT(usage_error(plain, 32), HasSubstr("possible: 64 (its note 'nested'"));
  EXPECT_EQ(cut_onnx_model(plain, 64, "net.onnx"), plain);
}

TEST(OnnxModelCut, IgnoresNotesThatMakeNoSense) {
  const auto lengths = [](const std::string& note) {
    ModelHeader header;
    header.dimension = 64;
    header.notes["nested"] = note;
    return nested_dimensions(header);
  };
  EXPECT_THAT(lengths("16,32,64"), ElementsAre(16, 32, 64));
  EXPECT_THAT(lengths("32,16"), ElementsAre(16, 32, 64));
  EXPECT_THAT(lengths("0,7,16,128,99999999999999999999"), ElementsAre(64));
  EXPECT_THAT(lengths("0,7,16,128"), ElementsAre(16, 64));
  EXPECT_THAT(lengths("yes"), ElementsAre(64));
  EXPECT_THAT(lengths("16;32"), ElementsAre(64));
  EXPECT_THAT(lengths(""), ElementsAre(64));
}

TEST(OnnxModelCut, RefusesADamagedFile) {
  std::vector<std::byte> model = write_onnx_model(nested_model("16,32,64"));
  model[model.size() / 2] ^= std::byte{1};
  EXPECT_THROW(cut_onnx_model(model, 16, "net.onnx"), Error);
}

}  // namespace
}  // namespace simdb
