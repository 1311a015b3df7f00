#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

namespace simdb {

/// A prefix that no name of the graph begins with.
std::string unused_prefix(const onnx::GraphProto& graph);

/// Makes Reshape nodes work for any batch size. They get constant shapes that begin with 0 ("as
/// many as there are"), where they had `fixed_batch` (0: none is fixed), or where the graph works
/// out the shape from that of an image's tensor (x.view(x.size(0), -1) in PyTorch: Shape, Gather,
/// Concat), which OpenCV would do once, for a batch of 1. What it does not understand stays as it
/// is. Nodes that nobody needs any more are left to the caller.
void free_reshapes(onnx::GraphProto& graph, std::int64_t fixed_batch);

/// Clip(x, 0, most), the ReLU6 of MobileNets, as Relu(x) - Relu(x - most): from opset 11 on its
/// limits are inputs, which OpenCV 4.6 does not take.
void replace_clips(onnx::GraphProto& graph);

}  // namespace simdb
