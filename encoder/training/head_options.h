#pragma once

#include <string>

namespace simdb::training {

/// What is trained on a backbone's features.
struct HeadOptions {
  int hidden = 0;  ///< width of a layer with ReLU in between; 0: none
  int dimension = 16;
  double dropout = 0.2;  ///< share of the features that are left out in training
};

/// A training on features instead of pixels; see LabeledImages::features. Takes the place of the
/// network. The dimension is the network's.
struct BackboneOptions {
  std::string identity;  ///< the backbone's SHA-256 and tensor: a training goes on with no other
  int hidden = 0;
  double dropout = 0.2;
  int views = 1;  ///< of every image; those beyond the first are augmented
};

}  // namespace simdb::training
