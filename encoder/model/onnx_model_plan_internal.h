#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/runner_kind.h"

namespace simdb {

/// Follows a batch of `rows` images through the graph on paper, before a runner sees it; where the
/// graph asks for the size of the batch and ONNX Runtime is built in, smaller ones too. Returns the
/// runners that know all of it, in the order in which they are to be tried: OpenCV's first. Throws
/// Error(kBadInput), naming `name`, for operators, attributes and shapes that simdb does not know
/// to be sound (see apply_operator) or that only a runner knows which is not built in, for nodes in
/// a circle, out of order or without their inputs, for names given twice, for tensors whose size
/// can't be told, and for models that would take more memory or time than an encoder may: 512 MB
/// for the batch, 24 thousand million multiplications and additions an image.
std::vector<RunnerKind> require_runnable(const onnx::ModelProto& model, const InputSpec& input,
                                         std::int64_t rows, const std::string& name);

}  // namespace simdb
