#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>

#include "encoder/model/onnx_model.h"

namespace simdb {

/// A tensor that is taken as features, and why; the reason is empty where there was no choice.
struct FeatureTensor {
  std::string name;
  std::string reason;
};

/// What to take of a model by default. Of several outputs the widest one of N x features, else
/// the widest of N x channels x height x width. In place of class scores (a softmax, or as many as
/// ImageNet has classes) the tensor that they are computed from. `graph` has an output.
FeatureTensor choose_features(const onnx::GraphProto& graph);

/// The dense layer that ends a model of write_onnx_model or write_backbone_model, before the
/// normalisation, and the tensor that it reads.
struct OwnHead {
  std::string input;
  DenseLayer dense;
};

/// Nothing for a model of others. The weights must have passed require_sound_weights.
std::optional<OwnHead> find_own_head(onnx::ModelProto& model);

}  // namespace simdb
