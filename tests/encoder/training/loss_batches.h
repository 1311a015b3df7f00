#pragma once

#include <torch/types.h>

#include <cmath>
#include <random>
#include <vector>

#include "encoder/training/losses.h"

namespace simdb::training::test {

/// Points on the unit circle at these angles, in degrees: N x 2.
inline torch::Tensor circle(const std::vector<double>& degrees,
                            torch::ScalarType type = torch::kDouble) {
  const torch::Tensor angle = torch::tensor(degrees, torch::kDouble) * (M_PI / 180);
  return torch::stack({angle.cos(), angle.sin()}, 1).to(type);
}

/// Points on the unit circle with classes and groups.
struct CircleBatch {
  std::vector<double> degrees;
  std::vector<int> labels;
  std::vector<int> groups;

  int size() const { return static_cast<int>(degrees.size()); }
  bool is_positive(int a, int b) const {
    return a != b && labels[a] == labels[b] && groups[a] == groups[b];
  }
  bool is_negative(int a, int b) const { return labels[a] != labels[b] && groups[a] == groups[b]; }
  /// The dot product of two rows.
  double s(int a, int b) const { return std::cos((degrees[a] - degrees[b]) * M_PI / 180); }
  /// Their distance.
  double d(int a, int b) const { return std::sqrt(2 - 2 * s(a, b)); }
  std::vector<int> positives(int a) const {
    std::vector<int> rows;
    for (int b = 0; b < size(); ++b) {
      if (is_positive(a, b)) rows.push_back(b);
    }
    return rows;
  }
  std::vector<int> negatives(int a) const {
    std::vector<int> rows;
    for (int b = 0; b < size(); ++b) {
      if (is_negative(a, b)) rows.push_back(b);
    }
    return rows;
  }

  PairMasks pairs() const { return make_pair_masks(labels, groups); }
  LossBatch loss_batch(torch::ScalarType type = torch::kDouble) const {
    return {circle(degrees, type), pairs(), torch::tensor(labels, torch::kInt64)};
  }
};

/// Two groups of four classes at random angles, a group of one class (without negatives) and one
/// whose classes have one row each (without positives).
inline CircleBatch random_batch(unsigned seed, int rows_a_group = 20) {
  std::mt19937 random(seed);
  CircleBatch batch;
  const auto add = [&](int label, int group) {
    batch.degrees.push_back(static_cast<double>(random() % 36000) / 100);
    batch.labels.push_back(label);
    batch.groups.push_back(group);
  };
  for (int i = 0; i < 2 * rows_a_group; ++i) add(static_cast<int>(random() % 4), i / rows_a_group);
  for (int i = 0; i < 3; ++i) add(2, 2);
  for (int i = 0; i < 3; ++i) add(i, 3);
  return batch;
}

}  // namespace simdb::training::test
