// The operators that ONNX Runtime runs and OpenCV 4.6 does not, or not in these forms.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "encoder/model/onnx_model_call_internal.h"

namespace simdb {
namespace {

constexpr std::int64_t kAnyInteger = std::numeric_limits<std::int64_t>::max();

// Whole numbers that floats and 32 bits hold: every type computes them alike, so what is worked out
// here is what the runner works out. Others are forgotten.
bool is_plain(double value) {
  return value == std::floor(value) && std::abs(value) <= static_cast<double>(kMostSide);
}

void forget_unless_plain(TensorFacts& facts) {
  if (facts.values && !std::ranges::all_of(*facts.values, is_plain)) facts.values.reset();
}

bool are_plain(const OperatorCall& call) {
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const auto& values = call.in(i).values;
    if (!values || !std::ranges::all_of(*values, is_plain)) return false;
  }
  return true;
}

// Add, Sub, Mul, Div.
OperatorFacts apply_arithmetic(const OperatorCall& call) {
  OperatorFacts facts = apply_broadcast(call);
  if (!are_plain(call)) facts.outputs[0].values.reset();
  forget_unless_plain(facts.outputs[0]);
  return facts;
}

// Cast, Ceil, Floor.
OperatorFacts apply_converted(const OperatorCall& call) {
  OperatorFacts facts = apply_identity(call);
  const std::int64_t to =
      call.integer("to", onnx::TensorProto::FLOAT, onnx::TensorProto::FLOAT, kMostSide);
  const bool keeps = to == onnx::TensorProto::FLOAT || to == onnx::TensorProto::DOUBLE ||
                     to == onnx::TensorProto::INT32 || to == onnx::TensorProto::INT64;
  if (!keeps) facts.outputs[0].values.reset();
  forget_unless_plain(facts.outputs[0]);
  return facts;
}

// Told to train, it changes values.
OperatorFacts apply_newer_dropout(const OperatorCall& call) {
  OperatorFacts facts = apply_dropout(call);
  facts.outputs[0].values.reset();
  return facts;
}

// Equal and Where: how PyTorch's expand() reads a -1. Mod: how its attention counts axes.
OperatorFacts apply_choice(const OperatorCall& call) {
  OperatorFacts facts = apply_broadcast(call);
  TensorFacts& to = facts.outputs[0];
  to.values.reset();
  if (!are_plain(call)) return facts;
  const auto value = [&](std::size_t input, std::size_t i) {
    const std::vector<double>& values = call.values(input);
    return values.size() == 1 ? values[0] : values.at(i);
  };
  const auto fits = [&](std::size_t input) {
    return call.values(input).size() == 1 || call.values(input).size() == to.count();
  };
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    if (!fits(i)) return facts;
  }
  std::vector<double> chosen;
  for (std::size_t i = 0; i < to.count(); ++i) {
    const double a = value(0, i);
    const double b = value(1, i);
    if (call.type() == "Equal") chosen.push_back(a == b ? 1 : 0);
    if (call.type() == "Where") chosen.push_back(a != 0 ? b : value(2, i));
    // Of other signs it depends on the attribute.
    if (call.type() == "Mod" && a >= 0 && b > 0) chosen.push_back(std::fmod(a, b));
  }
  if (chosen.size() == to.count()) to.values = std::move(chosen);
  return facts;
}

// The sides from `axis` on are normalised together; mean and deviation are further outputs.
OperatorFacts apply_layer_normalization(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  const auto rank = static_cast<std::int64_t>(sides.size());
  const std::size_t axis = axis_of(call.integer("axis", -1, -rank, rank - 1), sides.size());
  call.integer("stash_type", 1, 1, 1);
  std::int64_t width = 1;
  Sides rows = sides;
  for (std::size_t i = axis; i < sides.size(); ++i) {
    width *= sides[i];
    rows[i] = 1;
  }
  for (std::size_t i = 1; i < call.inputs(); ++i) {
    if (call.has(i)) call.require_weights(i, width);
  }
  OperatorFacts facts = apply_same(call);
  facts.work *= 3;
  facts.outputs.push_back({rows});
  facts.outputs.push_back({rows});
  return facts;
}

OperatorFacts apply_gelu(const OperatorCall& call) {
  const std::string form = call.text("approximate", "none");
  if (form != "none" && form != "tanh") refuse_operator("unknown 'approximate'");
  OperatorFacts facts = apply_same(call);
  facts.work *= 2;
  return facts;
}

// The last of `num_outputs` parts may be smaller.
OperatorFacts apply_newer_split(const OperatorCall& call) {
  const std::int64_t count = call.integer("num_outputs", 0, 1, kMostWindow);
  if (count == 0) return apply_split(call);
  const Sides& from = call.sides(0);
  const auto rank = static_cast<std::int64_t>(from.size());
  const std::size_t axis = axis_of(call.integer("axis", 0, -rank, rank - 1), from.size());
  const std::int64_t part = (from[axis] + count - 1) / count;
  const std::int64_t last = from[axis] - part * (count - 1);
  if (count != call.outputs() || call.has(1) || last < 1) {
    refuse_operator("its parts do not fit its input");
  }
  OperatorFacts facts;
  for (std::int64_t i = 0; i < count; ++i) {
    Sides to = from;
    to[axis] = i + 1 < count ? part : last;
    facts.outputs.push_back({std::move(to), call.in(0).is_constant});
  }
  return facts;
}

// A 0 in its shape means 0 if `allowzero` is set, and an image has no such side.
OperatorFacts apply_newer_reshape(const OperatorCall& call) {
  const bool means_zero = call.integer("allowzero", 0, 0, 1) == 1;
  if (means_zero && std::ranges::find(call.values(1), 0.0) != call.values(1).end()) {
    refuse_operator("its output has no size");
  }
  return reshaped(call);
}

OperatorFacts apply_newer_shape(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  const auto rank = static_cast<std::int64_t>(sides.size());
  const auto place = [&](const char* name, std::int64_t fallback) {
    const std::int64_t at = call.integer(name, fallback, -kMostSide, kMostSide);
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t start = place("start", 0);
  const std::int64_t end = std::max(start, place("end", rank));
  TensorFacts facts{{end - start}, true};
  facts.values.emplace(sides.begin() + start, sides.begin() + end);
  return {{std::move(facts)}};
}

OperatorFacts apply_newer_constant(const OperatorCall& call) {
  std::vector<TensorFacts> found;
  if (call.attribute("value") != nullptr) return apply_constant(call);
  if (call.attribute("value_int") != nullptr) {
    const std::int64_t value = call.integer("value_int", 0, -kAnyInteger, kAnyInteger);
    found.push_back({{}, true, std::vector{static_cast<double>(value)}});
  }
  if (const auto values = call.integers("value_ints", -kAnyInteger, kAnyInteger)) {
    found.push_back({{static_cast<std::int64_t>(values->size())},
                     true,
                     std::vector<double>(values->begin(), values->end())});
  }
  if (const auto* value = call.attribute("value_float")) {
    found.push_back({{}, true, std::vector{static_cast<double>(value->f())}});
  }
  if (found.size() != 1) refuse_operator("it has no 'value'");
  return {{std::move(found.front())}};
}

OperatorFacts apply_newer_constant_of_shape(const OperatorCall& call) {
  constexpr std::uint64_t kShape = 16;
  OperatorFacts facts = apply_constant_of_shape(call);
  TensorFacts& to = facts.outputs[0];
  const auto* value = call.attribute("value");
  const auto number = value == nullptr ? std::vector{0.0} : facts_of(value->t()).values;
  if (number && to.count() <= kShape) to.values.emplace(to.count(), number->at(0));
  return facts;
}

}  // namespace

const Operator* find_newer_operator(std::string_view type) {
  static const std::unordered_map<std::string_view, Operator> all = {
      {"Add", {2, 2, "", apply_arithmetic}},
      {"Cast", {1, 1, "to", apply_converted}},
      {"Ceil", {1, 1, "", apply_converted}},
      {"Constant", {0, 0, "value value_float value_int value_ints", apply_newer_constant}},
      {"ConstantOfShape", {1, 1, "value", apply_newer_constant_of_shape}},
      {"Div", {2, 2, "", apply_arithmetic}},
      {"Dropout", {1, 3, "ratio seed", apply_newer_dropout}},
      {"Equal", {2, 2, "", apply_choice}},
      {"Floor", {1, 1, "", apply_converted}},
      {"Gelu", {1, 1, "approximate", apply_gelu}},
      {"LayerNormalization", {2, 3, "axis epsilon stash_type", apply_layer_normalization}},
      {"Mod", {2, 2, "fmod", apply_choice}},
      {"Mul", {2, 2, "", apply_arithmetic}},
      {"ReduceL1", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceL2", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceMax", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceMean", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceMin", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"ReduceSumSquare", {1, 2, "axes keepdims noop_with_empty_axes", apply_reduce}},
      {"Reshape", {2, 2, "allowzero", apply_newer_reshape}},
      {"Shape", {1, 1, "end start", apply_newer_shape}},
      {"Split", {1, 2, "axis num_outputs split", apply_newer_split}},
      {"Sub", {2, 2, "", apply_arithmetic}},
      {"Where", {3, 3, "", apply_choice}},
  };
  const auto found = all.find(type);
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace simdb
