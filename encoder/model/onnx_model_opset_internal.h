#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>

namespace simdb {

/// Makes a model of one opset one of another, if every operator that simdb runs means the same in
/// both; limits of Clip that are attributes become inputs from opset 11 on. False, and nothing
/// changed, if an operator has another form there. The model has passed require_standard_operators.
bool change_opset(onnx::ModelProto& model, std::int64_t to);

}  // namespace simdb
