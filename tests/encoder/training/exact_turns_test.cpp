#include "encoder/training/exact_turns.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <set>
#include <vector>

namespace simdb::training {
namespace {

/// The ways in which 200 copies of one picture, all of whose pixels differ, come out.
std::set<std::vector<float>> outcomes(const char* switches, std::int64_t height,
                                      std::int64_t width) {
  torch::manual_seed(1);
  const torch::Tensor picture = torch::arange(height * width, torch::kFloat32);
  const torch::Tensor turned =
      turn_exactly(picture.view({1, 1, height, width}).repeat({200, 1, 1, 1}),
                   parse_augment(switches))
          .contiguous();
  EXPECT_EQ(turned.sizes(), torch::IntArrayRef({200, 1, height, width}));
  std::set<std::vector<float>> found;
  for (std::int64_t i = 0; i < turned.size(0); ++i) {
    const float* first = turned[i].data_ptr<float>();
    found.emplace(first, first + height * width);
  }
  return found;
}

TEST(ExactTurnsTest, TurnsByQuartersAndMirrors) {
  using Pictures = std::set<std::vector<float>>;
  const Pictures turns = {{0, 1, 2, 3}, {2, 0, 3, 1}, {3, 2, 1, 0}, {1, 3, 0, 2}};
  EXPECT_EQ(outcomes("symmetry", 2, 2), turns);
  EXPECT_EQ(outcomes("mirror", 2, 2), (Pictures{{0, 1, 2, 3}, {1, 0, 3, 2}}));
  EXPECT_EQ(outcomes("symmetry,mirror", 2, 2).size(), 8U);
}

TEST(ExactTurnsTest, ALongPictureIsTurnedByHalves) {
  EXPECT_EQ(outcomes("symmetry", 1, 3), (std::set<std::vector<float>>{{0, 1, 2}, {2, 1, 0}}));
  EXPECT_EQ(outcomes("symmetry,mirror", 2, 3).size(), 4U);
}

TEST(ExactTurnsTest, DrawsNothingWhereNothingTurns) {
  torch::manual_seed(1);
  const torch::Tensor expected = torch::rand({3});
  torch::manual_seed(1);
  const torch::Tensor planes = torch::rand({0, 1, 2, 2});
  EXPECT_TRUE(turn_exactly(planes, parse_augment("affine,light")).is_same(planes));
  EXPECT_TRUE(torch::rand({3}).equal(expected));
}

}  // namespace
}  // namespace simdb::training
