#include "encoder/model/onnx_model_backbone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <functional>
#include <limits>
#include <set>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/model_sketch.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

const InputSpec kInput = test::BackboneRecipe{}.input;

std::string refusal(const Bytes& bytes, const InputSpec& input = kInput,
                    const std::string& output = {}) {
  const Error error = test::error_of([&] { read_backbone(bytes, "net.onnx", input, output); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("net.onnx"));
  return error.what();
}

std::string refusal_after(const std::function<void(onnx::ModelProto&)>& change) {
  onnx::ModelProto model = parsed(test::make_backbone());
  change(model);
  return refusal(serialised(model));
}

onnx::TensorShapeProto& input_shape(onnx::ModelProto& model) {
  auto& type = *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  return *type.mutable_shape();
}

Backbone ready(const test::BackboneRecipe& recipe = {}) {
  Backbone backbone = read_backbone(test::make_backbone(recipe), "net.onnx", recipe.input);
  backbone.features = test::kBackboneFeatures;
  return backbone;
}

DenseLayer dense(int in, int out) {
  return {in, out, std::vector<float>(in * out, 0.1F), std::vector<float>(out, 0.2F), false};
}

TEST(OnnxModelBackboneTest, ReadsTheSizesOfTheInput) {
  const BackboneInput fixed = read_backbone_input(test::make_backbone(), "x");
  EXPECT_EQ(fixed.width, kInput.width);
  EXPECT_EQ(fixed.height, kInput.height);
  EXPECT_EQ(fixed.channels, 3);
  const BackboneInput any = read_backbone_input(test::make_backbone({.free_size = true}), "x");
  EXPECT_EQ(any.width, 0);
  EXPECT_EQ(any.height, 0);
  EXPECT_EQ(any.channels, 3);
}

TEST(OnnxModelBackboneTest, KeepsWhatTheOutputNeeds) {
  const Bytes file = test::make_backbone({.residual = true});
  const Backbone whole = read_backbone(file, "net.onnx", kInput);
  EXPECT_EQ(whole.name, "net.onnx");
  EXPECT_EQ(whole.digest, to_hex(sha256(file)));
  EXPECT_EQ(whole.input, kInput);
  const auto operators = [](const Backbone& backbone) {
    std::string types;
    const onnx::ModelProto model = parsed(backbone.model);
    for (const auto& node : model.graph().node()) types += node.op_type() + " ";
    return types;
  };
  EXPECT_EQ(operators(whole), "Conv Relu Conv Add Relu GlobalAveragePool Flatten ");
  const Backbone early = read_backbone(file, "net.onnx", kInput, "early");
  EXPECT_EQ(early.output, "early");
  EXPECT_EQ(operators(early), "Conv Relu ");
  EXPECT_EQ(parsed(early.model).graph().initializer_size(), 2);
}

TEST(OnnxModelBackboneTest, FreesTheBatchAndFixesTheSize) {
  for (const auto& recipe : {test::BackboneRecipe{.batch = 1},
                             {.batch = 1, .free_size = true},
                             {.listed_weights = true}}) {
    const onnx::ModelProto model = parsed(ready(recipe).model);
    ASSERT_EQ(model.graph().input_size(), 1);
    const auto& shape = model.graph().input(0).type().tensor_type().shape();
    ASSERT_EQ(shape.dim_size(), 4);
    EXPECT_TRUE(shape.dim(0).has_dim_param());
    EXPECT_EQ(shape.dim(1).dim_value(), 3);
    EXPECT_EQ(shape.dim(2).dim_value(), kInput.height);
    EXPECT_EQ(shape.dim(3).dim_value(), kInput.width);
    EXPECT_EQ(model.graph().output_size(), 1);
  }
}

TEST(OnnxModelBackboneTest, RefusesWhatLooksAtNoPixel) {
  onnx::ModelProto model = parsed(test::make_backbone({.worked_out_shape = true}));
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == "GlobalAveragePool") node.set_input(0, "");  // "left out"
  }
  EXPECT_THAT(refusal(serialised(model)), HasSubstr("the size of the images only"));
}

TEST(OnnxModelBackboneTest, RefusesWhatIsNoModel) {
  EXPECT_THAT(refusal({}), HasSubstr("empty"));
  EXPECT_THAT(refusal(Bytes(1000)), HasSubstr("not an ONNX model"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->clear_output(); }),
              HasSubstr("no output"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->clear_initializer(); }),
              HasSubstr("nothing gives the tensor"));
}

TEST(OnnxModelBackboneTest, RefusesOtherOperators) {
  const int most = has_onnx_runtime() ? 21 : 17;
  for (const int opset : {6, most + 1}) {
    EXPECT_THAT(refusal(test::make_backbone({.opset = opset})),
                AllOf(HasSubstr("opset " + std::to_string(opset)),
                      HasSubstr("7 to " + std::to_string(most))));
  }
  EXPECT_THAT(refusal_after([](auto& m) { m.clear_opset_import(); }), HasSubstr("opset 0"));
  EXPECT_THAT(
      refusal_after([](auto& m) { m.mutable_graph()->mutable_node(0)->set_domain("com.acme"); }),
      AllOf(HasSubstr("'Conv'"), HasSubstr("com.acme")));
  // A domain that is listed and not used does no harm.
  onnx::ModelProto model = parsed(test::make_backbone());
  auto& import = *model.add_opset_import();
  import.set_domain("com.acme");
  import.set_version(30);
  EXPECT_NO_THROW(read_backbone(serialised(model), "x", kInput));
}

// 16 tensors, each made of 64 times the one before: 64^16 sides, if they were written out.
TEST(OnnxModelBackboneTest, TensorsThatUseEachOtherManyTimesTakeNoTime) {
  onnx::ModelProto model = parsed(test::make_backbone({.reshape = true}));
  const onnx::GraphProto before = model.graph();
  model.mutable_graph()->clear_node();
  for (onnx::NodeProto node : before.node()) {
    if (node.op_type() == "Reshape") {
      std::string last = node.input(1);
      for (int i = 0; i < 16; ++i) {
        onnx::NodeProto& concat = *model.mutable_graph()->add_node();
        concat.set_op_type("Concat");
        onnx::AttributeProto& axis = *concat.add_attribute();
        axis.set_name("axis");
        axis.set_type(onnx::AttributeProto::INT);
        axis.set_i(0);
        for (int copy = 0; copy < 64; ++copy) concat.add_input(last);
        last = "sides" + std::to_string(i);
        concat.add_output(last);
      }
      node.set_input(1, last);
    }
    *model.mutable_graph()->add_node() = node;
  }
  ASSERT_EQ(model.graph().node_size(), before.node_size() + 16);
  EXPECT_NO_THROW(read_backbone(serialised(model), "net.onnx", kInput));
}

TEST(OnnxModelBackboneTest, RefusesWeightsItCannotTrust) {
  EXPECT_THAT(
      refusal_after([](auto& m) {
        m.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
      }),
      AllOf(HasSubstr("another file"), HasSubstr("one file")));
  EXPECT_THAT(refusal_after([](auto& m) {
                m.mutable_graph()->mutable_initializer(0)->set_float_data(
                    0, std::numeric_limits<float>::infinity());
              }),
              HasSubstr("not finite"));
}

TEST(OnnxModelBackboneTest, RefusesInputsThatAreNoImages) {
  EXPECT_THAT(refusal_after([](auto& m) {
                m.mutable_graph()->mutable_node(1)->add_input("mask");
                *m.mutable_graph()->add_input() = m.graph().input(0);
                m.mutable_graph()->mutable_input(1)->set_name("mask");
              }),
              HasSubstr("takes 2 inputs"));
  EXPECT_THAT(refusal_after([](auto& m) {
                auto* type = m.mutable_graph()->mutable_input(0)->mutable_type();
                type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
              }),
              HasSubstr("does not take floats"));
  EXPECT_THAT(refusal_after([](auto& m) { input_shape(m).mutable_dim()->RemoveLast(); }),
              HasSubstr("3 dimensions"));
  EXPECT_THAT(refusal_after([](auto& m) {
                input_shape(m).mutable_dim(1)->set_dim_value(224);
                input_shape(m).mutable_dim(3)->set_dim_value(3);
              }),
              HasSubstr("channels first"));
}

TEST(OnnxModelBackboneTest, AnInputThatIsNotNeededDoesNoHarm) {
  onnx::ModelProto model = parsed(test::make_backbone());
  model.mutable_graph()->add_input()->set_name("labels");
  EXPECT_NO_THROW(read_backbone(serialised(model), "x", kInput));
}

TEST(OnnxModelBackboneTest, RefusesAnotherSize) {
  const Bytes file = test::make_backbone();
  for (const InputSpec& other : {InputSpec{.width = 28, .height = 10},
                                 {.width = 12, .height = 28},
                                 {.width = 12, .height = 10, .channels = 1}}) {
    EXPECT_THAT(refusal(file, other),
                AllOf(HasSubstr("3 x 10 x 12"), HasSubstr(std::to_string(other.channels) + " x " +
                                                          std::to_string(other.height) + " x " +
                                                          std::to_string(other.width))));
  }
  EXPECT_NO_THROW(
      read_backbone(test::make_backbone({.free_size = true}), "x", {.width = 28, .height = 30}));
}

TEST(OnnxModelBackboneTest, RefusesOutputsThatAreNoFeatures) {
  EXPECT_THAT(refusal(test::make_backbone(), kInput, "nothing"),
              AllOf(HasSubstr("'nothing'"), HasSubstr("'side'")));
  EXPECT_THAT(refusal_after([](auto& m) {
                auto* type = m.mutable_graph()->mutable_output(0)->mutable_type();
                type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
              }),
              HasSubstr("does not hold floats"));
}

TEST(OnnxModelBackboneTest, TheMergedFileIsAModelFile) {
  const Bytes file = test::make_backbone();
  const Bytes merged =
      write_backbone_model(ready(), std::vector{dense(8, 48)}, {{"loss", "triplet"}});
  const ModelHeader header = read_onnx_header(merged, "merged");
  EXPECT_EQ(header.dimension, 48U);
  EXPECT_EQ(header.input, kInput);
  EXPECT_EQ(header.notes.at("loss"), "triplet");
  EXPECT_THAT(header.notes.at("backbone"),
              AllOf(HasSubstr("net.onnx"), HasSubstr(to_hex(sha256(file)))));
  bool has_licence = false;
  const onnx::ModelProto model = parsed(merged);
  for (const auto& property : model.metadata_props()) {
    has_licence |= property.key() == "licence" && property.value() == "of the backbone";
  }
  EXPECT_TRUE(has_licence);
}

TEST(OnnxModelBackboneTest, AnEncoderCanBeABackbone) {
  const InputSpec input{.width = 8, .height = 8};
  const Bytes own = test::random_model_file(16, 1, input);
  Backbone backbone = read_backbone(own, "own.onnx", input, parsed(own).graph().output(0).name());
  backbone.features = 16;
  const Bytes merged = write_backbone_model(backbone, std::vector{dense(16, 32)}, {});
  const ModelHeader header = read_onnx_header(merged, "x");
  EXPECT_EQ(header.dimension, 32U);
  EXPECT_FALSE(header.notes.contains("training_data"));
}

TEST(OnnxModelBackboneTest, WhatItWasTrainedOnIsNotForgotten) {
  const std::string first = "0000000000000001";
  const std::string second = "0000000000000002";
  const std::vector head = {dense(8, 16)};
  const Bytes own = write_backbone_model(ready(), head, {{"trained_on", first}});
  Backbone backbone = read_backbone(own, "own.onnx", kInput);
  backbone.features = 8;
  const auto note = [&](const std::map<std::string, std::string>& notes) {
    return read_onnx_header(write_backbone_model(backbone, head, notes), "x").notes["trained_on"];
  };
  EXPECT_EQ(note({}), first);
  EXPECT_EQ(note({{"trained_on", second}}), first + second);
  EXPECT_FALSE(
      read_onnx_header(write_backbone_model(ready(), head, {}), "x").notes.contains("trained_on"));
}

TEST(OnnxModelBackboneTest, ADamagedEncoderCanNotBeABackbone) {
  Bytes encoder = test::random_model_file(16, 1, kInput);
  EXPECT_NO_THROW(read_backbone(encoder, "net.onnx", kInput));
  encoder[encoder.size() / 2] ^= std::byte{1};
  EXPECT_THAT(refusal(encoder), HasSubstr("SHA-256"));
}

TEST(OnnxModelBackboneTest, NamesDoNotClash) {
  for (const std::string prefix : {"", "head_", "simdb_head_", "embedding"}) {
    const Bytes merged =
        write_backbone_model(ready({.batch = 1, .reshape = true, .prefix = prefix}),
                             std::vector{dense(8, 16), dense(16, 16)}, {});
    std::set<std::string> names;
    const onnx::ModelProto model = parsed(merged);
    const auto insert = [&](const std::string& name) {
      EXPECT_TRUE(names.insert(name).second) << name << " twice, prefix " << prefix;
    };
    insert(model.graph().input(0).name());
    for (const auto& tensor : model.graph().initializer()) insert(tensor.name());
    for (const auto& node : model.graph().node()) insert(node.output(0));
  }
}

TEST(OnnxModelBackboneTest, RefusesHeadsThatDoNotFit) {
  const auto refused = [](const Backbone& backbone, const std::vector<DenseLayer>& head,
                          const std::map<std::string, std::string>& notes = {}) -> std::string {
    const Error error = test::error_of([&] { write_backbone_model(backbone, head, notes); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  };
  Backbone never_run = ready();
  never_run.features = 0;
  EXPECT_THAT(refused(never_run, {dense(8, 16)}), HasSubstr("never run"));
  EXPECT_THAT(refused(ready(), {}), HasSubstr("dense"));
  EXPECT_THAT(refused(ready(), {dense(9, 16)}), HasSubstr("does not fit"));
  EXPECT_THAT(refused(ready(), {dense(8, 20), dense(16, 16)}), HasSubstr("does not fit"));
  EXPECT_THAT(refused(ready(), {dense(8, 20)}), HasSubstr("20"));
  EXPECT_THAT(refused(ready(), {dense(8, 16)}, {{"backbone", "x"}}), HasSubstr("named backbone"));
  EXPECT_THAT(refused(ready(), {dense(8, 16)}, {{"input", "x"}}), HasSubstr("named input"));
}

}  // namespace
}  // namespace simdb
