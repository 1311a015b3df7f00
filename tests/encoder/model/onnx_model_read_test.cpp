#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "encoder/model/onnx_model.h"
#include "simdb/error.h"
#include "tests/support/hostile_models.h"
#include "tests/support/model_sketch.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using test::parsed;
using test::serialised;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes whole_model() { return test::random_model_file(16, 1, {.width = 8, .height = 8}); }
// For changes to it that a checksum would hide.
Bytes small_model() { return test::without_checksum(whole_model()); }

std::string refusal(const Bytes& bytes) {
  try {
    read_onnx_header(bytes, "some.onnx");
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr("some.onnx"));
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

// The refusal of the small model after `change`.
std::string refusal_after(const std::function<void(onnx::ModelProto&)>& change) {
  onnx::ModelProto model = parsed(small_model());
  change(model);
  return refusal(serialised(model));
}

onnx::TensorProto& first_weight(onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

TEST(OnnxModelReadTest, ReadsWhatIsWritten) {
  const ModelHeader header = read_onnx_header(small_model(), "x");
  EXPECT_EQ(header.dimension, 16U);
  EXPECT_EQ(header.input.width, 8);
}

TEST(OnnxModelReadTest, RefusesOtherFiles) {
  EXPECT_THAT(refusal({}), HasSubstr("empty"));
  const auto text = std::as_bytes(std::span("Dear diary, this is not a model."));
  EXPECT_THAT(refusal({text.begin(), text.end()}), HasSubstr("not an ONNX model"));
  EXPECT_THAT(refusal(Bytes(1000)), HasSubstr("not an ONNX model"));
}

TEST(OnnxModelReadTest, RefusesMissingMetadata) {
  EXPECT_THAT(
      refusal_after([](auto& m) { m.clear_metadata_props(); }),
      AllOf(HasSubstr("no simdb.* metadata"), HasSubstr("simdb init --backbone FILE --fit DIR")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(refusal_after([&](auto& m) { m.mutable_metadata_props()->DeleteSubrange(i, 1); }),
                HasSubstr("no simdb.* metadata"));
  }
}

TEST(OnnxModelReadTest, RefusesANewerVersion) {
  const auto with_version = [](const std::string& version) {
    return refusal_after([&](auto& m) { m.mutable_metadata_props(0)->set_value(version); });
  };
  const std::string newer = std::to_string(kModelFormatVersion + 1);
  EXPECT_THAT(with_version(newer), AllOf(HasSubstr("version " + newer), HasSubstr("newer")));
  with_version("");
  with_version("01");
}

TEST(OnnxModelReadTest, RefusesADamagedDescription) {
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_metadata_props(1)->set_value("{"); }),
              HasSubstr("unreadable input description"));
}

TEST(OnnxModelReadTest, RefusesExternalData) {
  EXPECT_THAT(refusal_after(
                  [](auto& m) { first_weight(m).set_data_location(onnx::TensorProto::EXTERNAL); }),
              HasSubstr("another file"));
  EXPECT_THAT(refusal_after([](auto& m) {
                auto* entry = first_weight(m).add_external_data();
                entry->set_key("location");
                entry->set_value("/etc/passwd");
              }),
              HasSubstr("another file"));
}

TEST(OnnxModelReadTest, RefusesTensorsWithoutTheirValues) {
  EXPECT_THAT(refusal_after([](auto& m) { first_weight(m).clear_raw_data(); }),
              HasSubstr("damaged"));
  EXPECT_THAT(refusal_after([](auto& m) { first_weight(m).mutable_raw_data()->pop_back(); }),
              HasSubstr("damaged"));
  EXPECT_THAT(refusal_after([](auto& m) { first_weight(m).mutable_raw_data()->resize(4); }),
              HasSubstr("damaged"));
  EXPECT_THAT(refusal_after([](auto& m) { first_weight(m).add_float_data(1); }),
              HasSubstr("damaged"));
  // Values of another type than the tensor's, where OpenCV would read past raw_data.
  EXPECT_THAT(refusal_after([](auto& m) {
                onnx::TensorProto& tensor = first_weight(m);
                const int count = static_cast<int>(tensor.raw_data().size() / sizeof(float));
                tensor.clear_raw_data();
                for (int i = 0; i < count; ++i) tensor.add_int64_data(1);
              }),
              HasSubstr("damaged"));
  EXPECT_THAT(
      refusal_after([](auto& m) { first_weight(m).set_data_type(onnx::TensorProto::INT64); }),
      HasSubstr("damaged"));
  EXPECT_THAT(
      refusal_after([](auto& m) { first_weight(m).set_data_type(onnx::TensorProto::STRING); }),
      HasSubstr("neither floats nor integers"));
}

TEST(OnnxModelReadTest, RefusesImpossibleShapes) {
  const auto with_side = [](std::int64_t side) {
    return refusal_after([&](auto& m) { first_weight(m).set_dims(0, side); });
  };
  EXPECT_THAT(with_side(-8), HasSubstr("impossible shape"));
  EXPECT_THAT(with_side(std::numeric_limits<std::int64_t>::max()), HasSubstr("impossible shape"));
  EXPECT_THAT(with_side(0), HasSubstr("damaged"));
  EXPECT_THAT(with_side(9), HasSubstr("damaged"));
}

TEST(OnnxModelReadTest, ReadsWeightsThatAreListed) {
  onnx::ModelProto model = parsed(small_model());
  onnx::TensorProto& tensor = first_weight(model);
  const std::string raw = tensor.raw_data();
  tensor.clear_raw_data();
  for (std::size_t i = 0; i < raw.size(); i += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, raw.data() + i, sizeof(float));
    tensor.add_float_data(value);
  }
  EXPECT_NO_THROW(read_onnx_header(serialised(model), "x"));
  tensor.set_float_data(0, std::numeric_limits<float>::infinity());
  EXPECT_THAT(refusal(serialised(model)), HasSubstr("not finite"));
}

TEST(OnnxModelReadTest, RefusesWeightsThatAreNotFinite) {
  EXPECT_THAT(refusal_after([](auto& m) {
                const float nan = std::numeric_limits<float>::quiet_NaN();
                std::memcpy(first_weight(m).mutable_raw_data()->data() + 8, &nan, sizeof nan);
              }),
              AllOf(HasSubstr("weight_1"), HasSubstr("not finite")));
}

TEST(OnnxModelReadTest, ChecksTensorsInsideNodes) {
  EXPECT_THAT(refusal_after([](auto& m) {
                auto* attribute = m.mutable_graph()->mutable_node(0)->add_attribute();
                attribute->mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
                attribute->mutable_t()->add_dims(1000);
              }),
              HasSubstr("damaged"));
  EXPECT_THAT(refusal_after([](auto& m) {
                m.mutable_graph()->mutable_node(0)->add_attribute()->mutable_g();
              }),
              HasSubstr("branches or loops"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->add_sparse_initializer(); }),
              HasSubstr("sparse"));
}

TEST(OnnxModelReadTest, RefusesInputsThatContradictTheMetadata) {
  const auto with_side = [](int index, std::int64_t side) {
    return refusal_after([&](auto& m) {
      auto* type = m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
      type->mutable_shape()->mutable_dim(index)->set_dim_value(side);
    });
  };
  for (const int index : {1, 2, 3}) EXPECT_THAT(with_side(index, 7), HasSubstr("contradicts"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->clear_input(); }),
              HasSubstr("no input"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->add_input()->set_name("second"); }),
              HasSubstr("more than one input"));
  EXPECT_THAT(refusal_after([](auto& m) {
                auto* type = m.mutable_graph()->mutable_input(0)->mutable_type();
                type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
              }),
              HasSubstr("floats"));
}

TEST(OnnxModelReadTest, KnowsModelsThatTakeOneImageAtATime) {
  onnx::ModelProto model = parsed(small_model());
  auto* type = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  EXPECT_FALSE(read_onnx_header(serialised(model), "x").one_at_a_time);
  type->mutable_shape()->mutable_dim(0)->set_dim_value(1);
  EXPECT_TRUE(read_onnx_header(serialised(model), "x").one_at_a_time);
  type->mutable_shape()->mutable_dim(0)->set_dim_value(2);
  EXPECT_THAT(refusal(serialised(model)), HasSubstr("batches of 2"));
}

TEST(OnnxModelReadTest, WeightsAmongTheInputsAreNotTheImage) {
  onnx::ModelProto model = parsed(small_model());
  model.mutable_graph()->add_input()->set_name(model.graph().initializer(0).name());
  EXPECT_NO_THROW(read_onnx_header(serialised(model), "x"));
}

TEST(OnnxModelReadTest, RefusesOutputsThatAreNoEmbeddings) {
  for (const std::int64_t dimension : {0, -16, 15, 528}) {
    EXPECT_THAT(refusal_after([&](auto& m) {
                  auto* type =
                      m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
                  type->mutable_shape()->mutable_dim(1)->set_dim_value(dimension);
                }),
                HasSubstr("multiple of 16"));
  }
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->add_output()->set_name("second"); }),
              HasSubstr("exactly one output"));
  EXPECT_THAT(refusal_after([](auto& m) { m.mutable_graph()->clear_output(); }),
              HasSubstr("exactly one output"));
}

TEST(OnnxModelReadTest, RefusesWhatIsNotWhole) {
  const Bytes whole = whole_model();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
  }
  std::mt19937 random(1);
  for (int trial = 0; trial < 1000; ++trial) {
    Bytes flipped = whole;
    // Half of them among the properties at the end, where the checksum itself is.
    const std::size_t span = trial % 2 == 0 ? flipped.size() : 600;
    flipped[flipped.size() - 1 - random() % span] ^= static_cast<std::byte>(1 << random() % 8);
    refusal(flipped);
  }
  EXPECT_NO_THROW(read_onnx_header(whole, "x"));
}

TEST(OnnxModelReadTest, ReadsFilesWithoutAChecksum) {
  EXPECT_NO_THROW(read_onnx_header(small_model(), "x"));
}

TEST(OnnxModelReadTest, RefusesAChecksumOfSomethingElse) {
  onnx::ModelProto model = parsed(whole_model());
  EXPECT_NO_THROW(read_onnx_header(serialised(model), "x"));
  model.set_producer_name("another program");
  EXPECT_THAT(refusal(serialised(model)), AllOf(HasSubstr("SHA-256"), HasSubstr("get the file")));
  const int last = model.metadata_props_size() - 1;
  EXPECT_EQ(model.metadata_props(last).key(), "simdb.sha256");
  onnx::ModelProto without_digest = model;
  without_digest.mutable_metadata_props()->RemoveLast();
  EXPECT_THAT(refusal(serialised(without_digest)), HasSubstr("SHA-256"));
  onnx::ModelProto without_mark = model;
  without_mark.mutable_metadata_props()->DeleteSubrange(0, 1);
  EXPECT_THAT(refusal(serialised(without_mark)), HasSubstr("SHA-256"));
}

TEST(OnnxModelReadTest, TheChecksumIsNoNote) {
  const auto notes = read_onnx_header(whole_model(), "x").notes;
  EXPECT_FALSE(notes.contains("checksum"));
  EXPECT_FALSE(notes.contains("sha256"));
}

TEST(OnnxModelReadTest, RefusesDescriptionsThatAreTooLong) {
  // Nested deeply enough to overflow a stack.
  const std::string nested(1'000'000, '[');
  EXPECT_THAT(refusal_after([&](auto& m) { m.mutable_metadata_props(1)->set_value(nested); }),
              HasSubstr("too long"));
}

TEST(OnnxModelReadTest, RefusesGraphsThatAreNotSound) {
  EXPECT_THAT(
      refusal_after([](auto& m) { m.mutable_graph()->mutable_node(0)->set_op_type("Frobnicate"); }),
      AllOf(HasSubstr("Frobnicate"), HasSubstr("does not run")));
}

TEST(OnnxModelReadTest, MessagesStayShort) {
  const std::string reason = refusal_after([](onnx::ModelProto& model) {
    onnx::TensorProto& tensor = *model.mutable_graph()->mutable_initializer(0);
    tensor.set_name(std::string(1'000'000, 'x'));
    tensor.add_dims(-1);
  });
  EXPECT_THAT(reason, HasSubstr("tensor 'xxx"));
  EXPECT_LT(reason.size(), 600U);
}

}  // namespace
}  // namespace simdb
