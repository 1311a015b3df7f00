#pragma once

#include <optional>
#include <string>

#include "encoder/model/onnx_model.h"

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
  int hidden = 0;        ///< then the head starts at random; else it is an AnchoredHead
  double dropout = 0.2;
  double anchor = 10;      ///< how firmly an AnchoredHead is held at its start; see penalty()
  double kept_change = 1;  ///< the part of an AnchoredHead's change that is kept, 0 to 1
  /// What it starts as; unset: fit_whitened_pca() of the training images' features.
  std::optional<DenseLayer> start = std::nullopt;
  std::string start_name = "PCA of the features";  ///< for people
  int views = 1;  ///< of every image; those beyond the first are augmented
};

}  // namespace simdb::training
