#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "encoder/onnx_model.h"

namespace simdb {

/// The end of an encoder: the dense layer before its L2 normalisation.
struct ModelHead {
  std::string features;  ///< the tensor that it reads
  DenseLayer dense;
};

/// Of a model file of simdb's, or nothing for a model that does not end so or is not simdb's.
/// Throws Error(kBadInput), naming `name`, for bytes that are not ONNX. Thread-safe.
std::optional<ModelHead> read_model_head(std::span<const std::byte> model, const std::string& name);

}  // namespace simdb
