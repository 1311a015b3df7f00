#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simdb {

/// A prefix that no name of the graph begins with.
std::string unused_prefix(const onnx::GraphProto& graph);

/// Makes Reshape nodes work for any batch size. They get constant shapes that begin with 0 ("as
/// many as there are"), where they had `fixed_batch` (0: none is fixed), or where the graph works
/// out the shape from that of an image's tensor (x.view(x.size(0), -1) in PyTorch: Shape, Gather,
/// Concat), which OpenCV would do once, for a batch of 1. What it does not understand stays as it
/// is. Nodes that nobody needs any more are left to the caller.
void free_reshapes(onnx::GraphProto& graph, std::int64_t fixed_batch);

/// Gives every Clip whose limits are constants both of them as attributes, as opset 6 has them,
/// the largest float for one that is left out. OpenCV 4.6 takes them in no other form and believes
/// 0 and 6 where one is missing; every version makes one layer of it, which a convolution takes
/// in. True if something changed.
bool put_limits_into_clips(onnx::GraphProto& graph);

/// The bytes of a model file in the words that OpenCV understands; the file itself stays as ONNX
/// defines its opset. They mean the same, so what find_runners said of the file holds for them.
std::vector<std::byte> for_opencv(std::vector<std::byte> bytes);

}  // namespace simdb
