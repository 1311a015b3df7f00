#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

#include "encoder/preprocess.h"

namespace simdb {

/// Follows a batch of `rows` images through the graph on paper, before OpenCV sees it. Throws
/// Error(kBadInput), naming `name`, for operators, attributes and shapes that simdb does not know
/// to be sound (see apply_operator), for nodes in a circle, out of order or without their inputs,
/// for names given twice, for tensors whose size can't be told, and for models that would take more
/// memory or time than an encoder may: 512 MB for the batch, 24 thousand million multiplications
/// and additions an image.
void require_runnable(const onnx::ModelProto& model, const InputSpec& input, std::int64_t rows,
                      const std::string& name);

}  // namespace simdb
