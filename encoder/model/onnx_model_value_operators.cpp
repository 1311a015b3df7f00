// The operators that compute.
#include <algorithm>
#include <cmath>

#include "encoder/model/onnx_model_call_internal.h"

namespace simdb {
namespace {

// Of passing over a value once, in units of a multiplication and addition in a convolution.
constexpr double kPass = 8;
// Of loops that are not made of large matrix products.
constexpr double kSlow = 8;

double passes(const TensorFacts& facts) { return kPass * static_cast<double>(facts.count()); }

OperatorFacts result(Sides sides, double work) { return {{TensorFacts{std::move(sides)}}, work}; }

std::int64_t channels_of(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  if (sides.size() < 2) refuse_operator("its input has no channels");
  return sides[1];
}

// What Add, Sub, ... make of numbers that shapes are made of.
std::optional<std::vector<double>> computed(const OperatorCall& call, const Sides& sides) {
  if (call.inputs() != 2 || !call.in(0).values || !call.in(1).values) return std::nullopt;
  const std::vector<double>& a = call.values(0);
  const std::vector<double>& b = call.values(1);
  const auto count = static_cast<std::size_t>(TensorFacts{sides}.count());
  if ((a.size() != 1 && a.size() != count) || (b.size() != 1 && b.size() != count)) {
    return std::nullopt;
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = a[a.size() == 1 ? 0 : i];
    const double y = b[b.size() == 1 ? 0 : i];
    if (call.type() == "Add") values.push_back(x + y);
    if (call.type() == "Sub") values.push_back(x - y);
    if (call.type() == "Mul") values.push_back(x * y);
    // Integers are divided otherwise than floats unless nothing is left over.
    if (call.type() == "Div" && y != 0 && std::fmod(x, y) == 0) values.push_back(x / y);
  }
  return values.size() == count ? std::optional(values) : std::nullopt;
}

// The windows of convolutions and poolings over the sides behind N x channels.
struct Windows {
  Sides strides;
  Sides pads;
  Sides dilations;
  bool same = false;  // as many windows as strides fit

  Windows(const OperatorCall& call, std::size_t dimensions)
      : strides(read(call, "strides", 1, dimensions, 1)),
        pads(read(call, "pads", 0, 2 * dimensions, 0)),
        dilations(read(call, "dilations", 1, dimensions, 1)) {
    const std::string mode = call.text("auto_pad", "NOTSET");
    same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (!same && mode != "VALID" && mode != "NOTSET") refuse_operator("unknown 'auto_pad'");
  }

  static Sides read(const OperatorCall& call, std::string_view name, std::int64_t least,
                    std::size_t count, std::int64_t fallback) {
    Sides list = call.integers(name, least, kMostWindow).value_or(Sides(count, fallback));
    if (list.size() != count) refuse_operator("'" + std::string(name) + "' has a wrong length");
    return list;
  }

  std::int64_t extent(std::size_t i, std::int64_t kernel) const {
    return dilations[i] * (kernel - 1) + 1;
  }
  std::int64_t count(std::size_t i, std::int64_t side, std::int64_t kernel, bool ceil) const {
    if (same) return (side + strides[i] - 1) / strides[i];
    const std::int64_t room = side + pads[i] + pads[i + strides.size()] - extent(i, kernel);
    if (room < 0) refuse_operator("its window is larger than its input");
    return (ceil ? room + strides[i] - 1 : room) / strides[i] + 1;
  }
};

Sides kernel_of(const OperatorCall& call, std::size_t dimensions) {
  const auto kernel = call.integers("kernel_shape", 1, kMostWindow);
  if (!kernel || kernel->size() != dimensions) refuse_operator("its window has no size");
  return *kernel;
}

std::size_t planes_of(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  if (sides.size() < 3 || sides.size() > 5) refuse_operator("its input is no batch of images");
  return sides.size() - 2;
}

}  // namespace

OperatorFacts apply_same(const OperatorCall& call) {
  TensorFacts facts{call.sides(0), call.in(0).is_constant};
  const double work = passes(facts);
  return {{std::move(facts)}, work};
}

OperatorFacts apply_identity(const OperatorCall& call) {
  return {{call.in(0)}, passes(call.in(0))};
}

OperatorFacts apply_along_axis(const OperatorCall& call) {
  const auto rank = static_cast<std::int64_t>(call.sides(0).size());
  if (rank == 0) refuse_operator("its input is a single number");
  const std::int64_t fallback = call.type() == "LpNormalization" ? -1 : rank > 1 ? 1 : 0;
  axis_of(call.integer("axis", fallback, -rank, rank - 1), call.sides(0).size());
  return apply_same(call);
}

OperatorFacts apply_per_channel(const OperatorCall& call) {
  const std::int64_t channels = channels_of(call);
  for (std::size_t i = 1; i < call.inputs(); ++i) call.require_weights(i, channels);
  return apply_same(call);
}

OperatorFacts apply_prelu(const OperatorCall& call) {
  const bool one = call.in(1).count() == 1;
  call.require_weights(1, one ? 1 : channels_of(call));
  return apply_same(call);
}

OperatorFacts apply_lrn(const OperatorCall& call) {
  channels_of(call);
  const std::int64_t size = call.integer("size", 0, 1, kMostWindow);
  if (size == 0 || size % 2 == 0) refuse_operator("its 'size' is not odd");
  OperatorFacts facts = apply_same(call);
  facts.scratch = 2 * facts.outputs[0].count();
  facts.work *= static_cast<double>(size);
  return facts;
}

// Clip(x, 0, 6): limits are attributes, or inputs of one value.
OperatorFacts apply_clip(const OperatorCall& call) {
  for (std::size_t i = 1; i < call.inputs(); ++i) {
    if (call.has(i)) call.require_weights(i, 1);
  }
  return apply_same(call);
}

OperatorFacts apply_dropout(const OperatorCall& call) {
  OperatorFacts facts = apply_identity(call);
  if (call.outputs() > 1) facts.outputs.push_back({call.sides(0)});
  return facts;
}

OperatorFacts apply_broadcast(const OperatorCall& call) {
  TensorFacts facts = call.in(0);
  for (std::size_t i = 1; i < call.inputs(); ++i) {
    facts.sides = broadcast(facts.sides, call.sides(i));
    facts.is_constant = facts.is_constant && call.in(i).is_constant;
  }
  facts.values = computed(call, facts.sides);
  const double work = passes(facts) * static_cast<double>(call.inputs());
  return {{std::move(facts)}, work};
}

// Weights are outputs x channels x window for Conv, channels x outputs x window for ConvTranspose.
OperatorFacts apply_conv(const OperatorCall& call) {
  const bool transposed = call.type() == "ConvTranspose";
  const std::size_t dimensions = planes_of(call);
  const Sides& from = call.sides(0);
  const Sides& weights = call.sides(1);
  if (weights.size() != from.size() || call.in(1).count() == 0) {
    refuse_operator("its weights do not fit its input");
  }
  const Sides kernel(weights.begin() + 2, weights.end());
  if (call.attribute("kernel_shape") != nullptr && kernel_of(call, dimensions) != kernel) {
    refuse_operator("its weights do not fit its window");
  }
  call.require_weights(1, static_cast<std::int64_t>(call.in(1).count()));
  const std::int64_t group = call.integer("group", 1, 1, kMostSide);
  const std::int64_t outputs = transposed ? weights[1] * group : weights[0];
  const std::int64_t channels = transposed ? weights[0] : weights[1] * group;
  if (channels != from[1] || outputs % group != 0 || channels % group != 0) {
    refuse_operator("its weights do not fit its input");
  }
  if (call.has(2)) call.require_weights(2, outputs);
  const Windows windows(call, dimensions);
  const Sides more = Windows::read(call, "output_padding", 0, dimensions, 0);
  if (transposed && windows.same) refuse_operator("unknown 'auto_pad'");
  Sides to = {from[0], outputs};
  double window = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    window *= static_cast<double>(kernel[i]);
    if (transposed) {
      to.push_back(windows.strides[i] * (from[i + 2] - 1) + windows.extent(i, kernel[i]) + more[i] -
                   windows.pads[i] - windows.pads[i + dimensions]);
    } else {
      to.push_back(windows.count(i, from[i + 2], kernel[i], false));
    }
    if (to.back() < 1) refuse_operator("its output has no size");
  }
  OperatorFacts facts = result(std::move(to), 0);
  const double inputs = static_cast<double>(channels) / static_cast<double>(group);
  const double places = transposed ? static_cast<double>(call.in(0).count()) / inputs
                                   : static_cast<double>(facts.outputs[0].count());
  facts.work = places * (window * inputs * (group > 1 ? kSlow : 1) + kPass);
  if (transposed) {
    facts.work *= static_cast<double>(weights[1]);
    facts.scratch = static_cast<std::uint64_t>(
        std::min(1e15, window * static_cast<double>(outputs) / static_cast<double>(channels) *
                           static_cast<double>(call.in(0).count())));
  }
  return facts;
}

OperatorFacts apply_pool(const OperatorCall& call) {
  const std::size_t dimensions = planes_of(call);
  const Sides kernel = kernel_of(call, dimensions);
  const Windows windows(call, dimensions);
  const bool ceil = call.integer("ceil_mode", 0, 0, 1) == 1;
  call.integer("storage_order", 0, 0, 0);
  Sides to = {call.sides(0)[0], call.sides(0)[1]};
  double window = kSlow;
  for (std::size_t i = 0; i < dimensions; ++i) {
    if (windows.pads[i] >= kernel[i] || windows.pads[i + dimensions] >= kernel[i]) {
      refuse_operator("it pads more than a window");
    }
    if (windows.dilations[i] != 1) refuse_operator("its windows have gaps");
    to.push_back(windows.count(i, call.sides(0)[i + 2], kernel[i], ceil));
    window *= static_cast<double>(kernel[i]);
  }
  OperatorFacts facts = result(std::move(to), 0);
  facts.work = static_cast<double>(facts.outputs[0].count()) * window;
  if (call.outputs() > 1) facts.outputs.push_back(facts.outputs[0]);  // where the maxima were
  return facts;
}

OperatorFacts apply_global_pool(const OperatorCall& call) {
  planes_of(call);
  Sides to(call.sides(0).size(), 1);
  std::copy_n(call.sides(0).begin(), 2, to.begin());
  return result(std::move(to), passes(call.in(0)));
}

OperatorFacts apply_matmul(const OperatorCall& call) {
  const Sides& a = call.sides(0);
  const Sides& b = call.sides(1);
  if (a.size() < 2 || b.size() < 2) refuse_operator("its inputs are no matrices");
  const std::int64_t inner = a.back();
  if (b[b.size() - 2] != inner) refuse_operator("its inputs do not fit together");
  Sides to = broadcast({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2});
  to.push_back(a[a.size() - 2]);
  to.push_back(b.back());
  OperatorFacts facts = result(std::move(to), 0);
  facts.outputs[0].is_constant = call.in(0).is_constant && call.in(1).is_constant;
  facts.work = static_cast<double>(facts.outputs[0].count()) * (static_cast<double>(inner) + kPass);
  facts.scratch = call.in(0).count() + call.in(1).count();
  return facts;
}

OperatorFacts apply_gemm(const OperatorCall& call) {
  const Sides& a = call.sides(0);
  const Sides& b = call.sides(1);
  if (a.size() != 2 || b.size() != 2) refuse_operator("its inputs are no matrices");
  const bool turned_a = call.integer("transA", 0, 0, 1) == 1;
  const bool turned_b = call.integer("transB", 0, 0, 1) == 1;
  if (a[turned_a ? 0 : 1] != b[turned_b ? 1 : 0]) refuse_operator("its inputs do not fit together");
  const std::int64_t inner = a[turned_a ? 0 : 1];
  const std::int64_t columns = b[turned_b ? 0 : 1];
  if (call.has(2)) call.require_weights(2, columns);
  OperatorFacts facts = result({a[turned_a ? 1 : 0], columns}, 0);
  facts.work = static_cast<double>(facts.outputs[0].count()) * (static_cast<double>(inner) + kPass);
  facts.scratch = call.in(0).count() + call.in(1).count();
  return facts;
}

OperatorFacts apply_reduce(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const auto rank = static_cast<std::int64_t>(from.size());
  const bool keep = call.integer("keepdims", 1, 0, 1) == 1;
  call.integer("noop_with_empty_axes", 0, 0, 0);
  const auto axes = call.list("axes", 1, -rank, rank);
  std::vector<bool> gone(from.size(), !axes || axes->empty());
  for (const std::int64_t axis : axes.value_or(Sides{})) gone[axis_of(axis, from.size())] = true;
  Sides to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!gone[i] || keep) to.push_back(gone[i] ? 1 : from[i]);
  }
  OperatorFacts facts = result(std::move(to), passes(call.in(0)));
  facts.outputs[0].is_constant = call.in(0).is_constant;
  facts.scratch = call.in(0).count();
  return facts;
}

}  // namespace simdb
