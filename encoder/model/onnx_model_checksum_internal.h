#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace simdb {

/// The model's bytes, and behind them the property simdb.sha256: the SHA-256 of all bytes before
/// it. ONNX allows a property there, so the file stays an ordinary one. Only this reveals a flipped
/// bit in a weight.
std::vector<std::byte> to_bytes_with_checksum(const onnx::ModelProto& model);

/// Throws Error(kBadInput) if `bytes`, which were parsed to `model`, are not all that
/// to_bytes_with_checksum wrote. A file with neither simdb.checksum nor simdb.sha256 is accepted:
/// other programs and simdb 0.1 write none. One of the two tells that the other is missing.
void require_whole(std::span<const std::byte> bytes, const onnx::ModelProto& model,
                   const std::string& name);

}  // namespace simdb
