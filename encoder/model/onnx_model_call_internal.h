#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/model/onnx_model_operators_internal.h"

namespace simdb {

using Sides = std::vector<std::int64_t>;

/// Largest side, stride, padding, ... that is believed; OpenCV computes with 32 bits.
inline constexpr std::int64_t kMostSide = 1 << 24;
inline constexpr std::int64_t kMostWindow = 1 << 16;

/// Throws Error(kBadInput) with the reason alone.
[[noreturn]] void refuse_operator(const std::string& why);

/// A node with what is known of its inputs. All members throw what refuse_operator does where the
/// node does not have what is asked for. A view: node and inputs must outlive it.
class OperatorCall {
 public:
  OperatorCall(const onnx::NodeProto& node, std::span<const TensorFacts* const> inputs)
      : node_(node), inputs_(inputs) {}

  const std::string& type() const { return node_.op_type(); }
  std::size_t inputs() const noexcept { return inputs_.size(); }
  int outputs() const { return node_.output_size(); }
  bool has(std::size_t i) const noexcept { return i < inputs_.size() && inputs_[i] != nullptr; }
  const TensorFacts& in(std::size_t i) const;
  const Sides& sides(std::size_t i) const { return in(i).sides; }
  /// An input that must not depend on the image, with this many values.
  void require_weights(std::size_t i, std::int64_t count) const;

  const onnx::AttributeProto* attribute(std::string_view name) const;
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) const;
  std::optional<Sides> integers(std::string_view name, std::int64_t least, std::int64_t most) const;
  std::string text(std::string_view name, const std::string& fallback) const;
  /// The attribute, or else the values of input `i`, or else nothing.
  std::optional<Sides> list(std::string_view name, std::size_t i, std::int64_t least,
                            std::int64_t most) const;
  /// The values of input `i`, which must be known.
  const std::vector<double>& values(std::size_t i) const;
  Sides integer_values(std::size_t i, std::int64_t least, std::int64_t most) const;

 private:
  const onnx::NodeProto& node_;
  std::span<const TensorFacts* const> inputs_;
};

/// Counted from the end if negative.
std::size_t axis_of(std::int64_t axis, std::size_t rank);
/// As NumPy does it.
Sides broadcast(const Sides& a, const Sides& b);

/// What a node of one type may look like, and what it does.
struct Operator {
  std::size_t least_inputs;
  std::size_t most_inputs;
  std::string_view attributes;  ///< separated by spaces
  OperatorFacts (*apply)(const OperatorCall&);
};

/// Those that ONNX Runtime runs beside or instead of the ones in onnx_model_operators.cpp: newer
/// ones, newer forms, and those with whose values it works out shapes. Null for other types.
const Operator* find_newer_operator(std::string_view type);

/// Reshape without a look at its attribute.
OperatorFacts reshaped(const OperatorCall& call);

// What the operators of the table in onnx_model_operators.cpp do.
OperatorFacts apply_same(const OperatorCall& call);
OperatorFacts apply_identity(const OperatorCall& call);
OperatorFacts apply_along_axis(const OperatorCall& call);
OperatorFacts apply_per_channel(const OperatorCall& call);
OperatorFacts apply_prelu(const OperatorCall& call);
OperatorFacts apply_lrn(const OperatorCall& call);
OperatorFacts apply_clip(const OperatorCall& call);
OperatorFacts apply_dropout(const OperatorCall& call);
OperatorFacts apply_broadcast(const OperatorCall& call);
OperatorFacts apply_conv(const OperatorCall& call);
OperatorFacts apply_pool(const OperatorCall& call);
OperatorFacts apply_global_pool(const OperatorCall& call);
OperatorFacts apply_matmul(const OperatorCall& call);
OperatorFacts apply_gemm(const OperatorCall& call);
OperatorFacts apply_reduce(const OperatorCall& call);
OperatorFacts apply_reshape(const OperatorCall& call);
OperatorFacts apply_flatten(const OperatorCall& call);
OperatorFacts apply_squeeze(const OperatorCall& call);
OperatorFacts apply_unsqueeze(const OperatorCall& call);
OperatorFacts apply_transpose(const OperatorCall& call);
OperatorFacts apply_concat(const OperatorCall& call);
OperatorFacts apply_split(const OperatorCall& call);
OperatorFacts apply_slice(const OperatorCall& call);
OperatorFacts apply_gather(const OperatorCall& call);
OperatorFacts apply_pad(const OperatorCall& call);
OperatorFacts apply_expand(const OperatorCall& call);
OperatorFacts apply_tile(const OperatorCall& call);
OperatorFacts apply_resize(const OperatorCall& call);
OperatorFacts apply_depth_to_space(const OperatorCall& call);
OperatorFacts apply_space_to_depth(const OperatorCall& call);
OperatorFacts apply_shape(const OperatorCall& call);
OperatorFacts apply_constant(const OperatorCall& call);
OperatorFacts apply_constant_of_shape(const OperatorCall& call);

}  // namespace simdb
