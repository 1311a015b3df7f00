#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "encoder/model/runner_kind.h"

namespace simdb {

/// Throws Error(kBadInput, "can't use the model NAME: WHY").
[[noreturn]] void refuse_model(const std::string& name, const std::string& why);

/// Throws Error(kBadInput) for bytes that are no ONNX model.
onnx::ModelProto parse_model(std::span<const std::byte> bytes, const std::string& name);

/// Throws Error(kBadInput) unless every tensor of the graph has its values inside the file, as many
/// as its shape says, and finite; and for sparse tensors and graphs inside nodes, where OpenCV
/// would meet tensors that were not looked at.
void require_sound_weights(const onnx::GraphProto& graph, const std::string& name);

/// The opset of the standard operators, 0 if the model names none.
std::int64_t opset_of(const onnx::ModelProto& model);

/// Throws Error(kBadInput) unless the opset is one from 7 to 17, or 21 for ONNX Runtime, and for
/// operators of other domains.
void require_standard_operators(const onnx::ModelProto& model, RunnerKind kind,
                                const std::string& name);

}  // namespace simdb
