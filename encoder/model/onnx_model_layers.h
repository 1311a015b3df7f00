#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "encoder/model/onnx_model.h"

namespace simdb {

/// The inverse of write_onnx_model: what a training exported, as layers, so that it can be computed
/// by something that follows gradients. Throws Error(kBadInput), naming `name`, as read_onnx_header
/// does, and for a graph that is not a chain of the layers of EncoderModel (an encoder with a
/// backbone, as `photo` is, or a network of another program), naming the node. Thread-safe.
EncoderModel read_onnx_layers(std::span<const std::byte> bytes, const std::string& name);

}  // namespace simdb
