#pragma once

#include <torch/types.h>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace simdb::training {

/// Where a training stands, as plain data: no code, no pickles. docs/file_formats.md has the bytes.
struct Checkpoint {
  std::map<std::string, std::string> texts;
  std::map<std::string, torch::Tensor> tensors;  ///< on the CPU; float32, float64, int64 or uint8
};

/// Version of the format; there is one so far.
inline constexpr int kCheckpointVersion = 1;

/// Throws Error(kUsage) for a tensor of another type.
std::vector<std::byte> encode_checkpoint(const Checkpoint& checkpoint);

/// The inverse, bit for bit. Throws Error(kBadInput), naming `name`, for bytes that are no
/// checkpoint, of a newer version, or damaged (they end with the SHA-256 of all before).
Checkpoint decode_checkpoint(std::span<const std::byte> bytes, const std::string& name);

}  // namespace simdb::training
