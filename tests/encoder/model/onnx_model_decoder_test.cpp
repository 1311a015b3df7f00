#include "encoder/model/onnx_model_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <functional>

#include "simdb/error.h"
#include "tests/support/decoders.h"
#include "tests/support/errors.h"
#include "tests/support/hostile_models.h"
#include "tests/support/model_sketch.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::HasSubstr;

std::string refusal_of(const std::vector<std::byte>& bytes) {
  const Error error = test::error_of([&] { read_decoder_header(bytes, "some.onnx"); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("some.onnx"));
  return error.what();
}

std::string refusal_after(const std::function<void(onnx::ModelProto&)>& change) {
  onnx::ModelProto model = parsed(test::without_checksum(test::random_decoder_file(9, 8, 3)));
  change(model);
  return refusal_of(serialised(model));
}

void describe(onnx::ModelProto& model, const std::string& json) {
  for (auto& property : *model.mutable_metadata_props()) {
    if (property.key() == "simdb.decoder") property.set_value(json);
  }
}

TEST(OnnxModelDecoderTest, RefusesOtherFiles) {
  EXPECT_THAT(refusal_of({}), HasSubstr("empty"));
  EXPECT_THAT(refusal_of(test::random_model_file(16, 1)), HasSubstr("simdb train-decoder"));
}

TEST(OnnxModelDecoderTest, RefusesAFlippedBit) {
  std::vector<std::byte> bytes = test::random_decoder_file(9, 8, 3);
  bytes[bytes.size() / 2] ^= std::byte{1};
  EXPECT_THAT(refusal_of(bytes), HasSubstr("damaged"));
}

TEST(OnnxModelDecoderTest, RefusesADescriptionThatIsNotTrue) {
  const auto with = [](const std::string& json) {
    return refusal_after([&](auto& model) { describe(model, json); });
  };
  EXPECT_THAT(with("{"), HasSubstr("can't be read"));
  EXPECT_THAT(with(R"({"version":2,"latent":4,"encoders":[]})"), HasSubstr("newer"));
  EXPECT_THAT(with(R"({"version":1,"latent":4,"encoders":[]})"), HasSubstr("encoders"));
  EXPECT_THAT(with(R"({"version":1,"latent":-1,"encoders":[]})"), HasSubstr("latent"));
  EXPECT_THAT(
      with(R"({"version":1,"latent":5,"encoders":[{"name":"a","fingerprint":"","dimension":16}]})"),
      HasSubstr("contradicts its metadata"));
}

TEST(OnnxModelDecoderTest, RefusesGraphsThatAreNotTheTwo) {
  EXPECT_THAT(refusal_after(
                  [](auto& model) { model.mutable_graph()->mutable_output(1)->set_name("code"); }),
              HasSubstr("does not have one output 'code'"));
  // A picture that is not made of the code alone.
  EXPECT_THAT(refusal_after([](auto& model) {
                auto& nodes = *model.mutable_graph()->mutable_node();
                nodes.rbegin()->set_op_type("Identity");
                nodes.rbegin()->set_input(0, "image");
              }),
              HasSubstr("does not come from 'wanted_code' alone"));
}

TEST(OnnxModelDecoderTest, WritingRefusesLayersThatDoNotFit) {
  DecoderModel model = test::random_decoder(9, 8, 3);
  model.encoders[0].model.input.width = 10;
  EXPECT_THROW(write_decoder_model(model), Error);
  model = test::random_decoder(9, 8, 3);
  model.growing.pop_back();
  EXPECT_THROW(write_decoder_model(model), Error);
  model = test::random_decoder(9, 8, 3);
  model.notes["decoder"] = "mine";
  EXPECT_THROW(write_decoder_model(model), Error);
}

}  // namespace
}  // namespace simdb
