#pragma once

namespace simdb {

/// How a vote weighs a neighbour: exp(similarity / temperature) / (size of its
/// class)^size_exponent. The kernel is that of Wu et al., "Unsupervised Feature Learning via
/// Non-Parametric Instance Discrimination" (CVPR 2018): one near image outvotes nine distant ones.
/// Over the class's size it is the kernel estimate of the class's density, so the shares are the
/// classes' posteriors when all are equally likely beforehand (balanced as in Tan,
/// "Neighbor-weighted k-nearest neighbor for unbalanced text corpus", 2005): a class is not
/// outvoted for having few images. With exponent 0 large classes are likelier beforehand.
struct VoteRule {
  double temperature = 0.07;  ///< above 0
  double size_exponent = 1;   ///< from 0 to 1

  friend bool operator==(const VoteRule&, const VoteRule&) = default;
};

}  // namespace simdb
