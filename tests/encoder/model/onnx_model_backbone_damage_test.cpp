#include <gtest/gtest.h>

#include <random>

#include "encoder/model/onnx_model_backbone.h"
#include "simdb/error.h"
#include "tests/support/backbones.h"

namespace simdb {
namespace {

TEST(OnnxModelBackboneDamageTest, DamageGivesAnErrorOrABackbone) {
  const test::BackboneRecipe recipe{.batch = 1, .batch_norm = true, .reshape = true};
  const std::vector<std::byte> whole = test::make_backbone(recipe);
  std::mt19937 random(1);
  int refused = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<std::byte> damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<std::byte>(1 << random() % 8);
    if (trial % 4 == 0) damaged.resize(random() % damaged.size());
    try {
      read_backbone(damaged, "x", recipe.input);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kBadInput) << e.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace simdb
