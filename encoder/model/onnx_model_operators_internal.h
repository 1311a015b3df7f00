#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "encoder/model/runner_kind.h"

namespace simdb {

/// What is known of a tensor before anything runs.
struct TensorFacts {
  std::vector<std::int64_t> sides;
  bool is_constant = false;  ///< the same for every image: OpenCV computes it while it reads
  std::optional<std::vector<double>> values = std::nullopt;  ///< of a small constant, where known

  /// The product of the sides, at most kManyValues.
  std::uint64_t count() const noexcept;
};

/// More than any machine has memory for, and far from an overflow.
inline constexpr std::uint64_t kManyValues = 1ULL << 48;

/// The facts of a weight or of a Constant's value.
TensorFacts facts_of(const onnx::TensorProto& tensor);

struct OperatorFacts {
  std::vector<TensorFacts> outputs;
  double work = 0;            ///< about as many multiplications and additions, an image or more
  std::uint64_t scratch = 0;  ///< floats that OpenCV needs beside inputs and outputs
};

/// What a node makes of its inputs (nullptr: an optional one that is left out). It knows the
/// operators that simdb runs with a runner, and for each of them which attributes it may have and
/// in which range: OpenCV divides by strides, erases axes from shapes and reads attributes that
/// ONNX never gave an operator, all without a look. Throws Error(kBadInput), with the reason alone,
/// for everything else.
OperatorFacts apply_operator(const onnx::NodeProto& node,
                             std::span<const TensorFacts* const> inputs, RunnerKind kind);

}  // namespace simdb
