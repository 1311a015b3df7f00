#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>

namespace simdb {

/// Where GraphBuilder's add_dense and finish ended a graph. Points into it.
struct DenseEnd {
  std::string features;                 ///< the tensor that the layer reads
  onnx::TensorProto* weight = nullptr;  ///< outputs x features, raw floats, used nowhere else
  onnx::TensorProto* bias = nullptr;    ///< outputs, the same
  std::int64_t outputs = 0;
};

/// Nothing if the graph's first output is not made by a dense layer and L2 normalisation as simdb
/// writes them.
std::optional<DenseEnd> find_dense_end(onnx::GraphProto& graph);

}  // namespace simdb
