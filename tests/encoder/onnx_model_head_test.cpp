#include "encoder/onnx_model_head.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

TEST(OnnxModelHeadTest, IsTheLastDenseLayerBitForBit) {
  const EncoderModel model = test::random_model(64, 3);
  const auto& last = std::get<DenseLayer>(model.layers.back());
  const auto head = read_model_head(write_onnx_model(model), "m.onnx");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->dense.in_features, last.in_features);
  EXPECT_EQ(head->dense.out_features, 64);
  EXPECT_EQ(head->dense.weight, last.weight);
  EXPECT_EQ(head->dense.bias, last.bias);
  EXPECT_FALSE(head->features.empty());
}

TEST(OnnxModelHeadTest, AForeignModelHasNone) {
  EXPECT_FALSE(read_model_head(test::make_backbone(), "net.onnx"));
}

TEST(OnnxModelHeadTest, RefusesBytesThatAreNoModel) {
  const std::vector<std::byte> bytes(100, std::byte{7});
  EXPECT_EQ(test::code_of([&] { read_model_head(bytes, "net.onnx"); }), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb
