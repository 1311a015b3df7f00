// The operators that move values and change shapes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "encoder/model/onnx_model_call_internal.h"

namespace simdb {
namespace {

constexpr std::int64_t kAnyInteger = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostAxis = 16;
constexpr std::int64_t kMostScale = 64;

// The same values in another shape, or others that are as constant as those of input 0.
OperatorFacts moved(const OperatorCall& call, Sides sides, bool same_values = false) {
  const TensorFacts& from = call.in(0);
  TensorFacts to{std::move(sides), from.is_constant};
  if (same_values) to.values = from.values;
  return {{std::move(to)}};
}

std::int64_t product(const Sides& sides) {
  return static_cast<std::int64_t>(TensorFacts{sides}.count());
}

void require_rank(const Sides& sides, std::size_t rank) {
  if (sides.size() != rank) {
    refuse_operator("its input has " + std::to_string(sides.size()) + " dimensions, not " +
                    std::to_string(rank));
  }
}

}  // namespace

OperatorFacts apply_reshape(const OperatorCall& call) {
  call.integer("allowzero", 0, 0, 0);
  return reshaped(call);
}

OperatorFacts reshaped(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  Sides to = call.integer_values(1, -1, kMostSide);
  if (to.size() > kMostAxis) refuse_operator("it makes too many dimensions");
  std::ptrdiff_t rest = -1;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && i >= from.size()) refuse_operator("it copies a side that is not there");
    if (to[i] == 0) to[i] = from[i];
    if (to[i] != -1) continue;
    if (rest >= 0) refuse_operator("it has two free sides");
    rest = static_cast<std::ptrdiff_t>(i);
    to[i] = 1;
  }
  const std::int64_t known = product(to);
  if (rest >= 0) to[static_cast<std::size_t>(rest)] = known == 0 ? 0 : product(from) / known;
  if (product(to) != product(from)) refuse_operator("its shape does not fit its input");
  return moved(call, std::move(to), true);
}

OperatorFacts apply_flatten(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const auto rank = static_cast<std::int64_t>(from.size());
  std::int64_t axis = call.integer("axis", 1, -rank, rank);
  if (axis < 0) axis += rank;
  const Sides rows(from.begin(), from.begin() + axis);
  return moved(call, {product(rows), product({from.begin() + axis, from.end()})}, true);
}

OperatorFacts apply_squeeze(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  const auto axes = call.list("axes", 1, -kMostAxis, kMostAxis);
  std::vector<bool> gone(sides.size(), false);
  for (std::size_t i = 0; i < sides.size() && !axes; ++i) gone[i] = sides[i] == 1;
  for (const std::int64_t axis : axes.value_or(Sides{})) {
    const std::size_t at = axis_of(axis, sides.size());
    if (sides[at] != 1) refuse_operator("it drops a side that is not 1");
    gone[at] = true;
  }
  Sides kept;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (!gone[i]) kept.push_back(sides[i]);
  }
  return moved(call, std::move(kept), true);
}

OperatorFacts apply_unsqueeze(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const auto axes = call.list("axes", 1, -kMostAxis, kMostAxis);
  if (!axes) refuse_operator("it names no axes");
  std::vector<bool> added(from.size() + axes->size(), false);
  for (const std::int64_t axis : *axes) {
    const std::size_t at = axis_of(axis, added.size());
    if (added[at]) refuse_operator("it names an axis twice");
    added[at] = true;
  }
  Sides to;
  auto next = from.begin();
  for (const bool is_new : added) to.push_back(is_new ? 1 : *next++);
  return moved(call, std::move(to), true);
}

OperatorFacts apply_transpose(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const auto order = call.integers("perm", 0, kMostAxis);
  if (!order) return moved(call, {from.rbegin(), from.rend()});
  Sides sorted = *order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<std::int64_t>(i)) refuse_operator("its 'perm' is no order");
  }
  require_rank(from, sorted.size());
  Sides to;
  for (const std::int64_t axis : *order) to.push_back(from[static_cast<std::size_t>(axis)]);
  return moved(call, std::move(to));
}

OperatorFacts apply_concat(const OperatorCall& call) {
  TensorFacts all = call.in(0);
  const std::size_t axis =
      axis_of(call.integer("axis", 1, -kMostAxis, kMostAxis), all.sides.size());
  for (std::size_t i = 1; i < call.inputs(); ++i) {
    const TensorFacts& next = call.in(i);
    Sides other = next.sides;
    require_rank(other, all.sides.size());
    const std::int64_t length = all.sides[axis] + other[axis];
    other[axis] = all.sides[axis];
    if (other != all.sides) refuse_operator("its inputs do not fit together");
    all.sides[axis] = length;
    all.is_constant = all.is_constant && next.is_constant;
    if (all.values && next.values && all.sides.size() == 1) {
      all.values->insert(all.values->end(), next.values->begin(), next.values->end());
    } else {
      all.values.reset();
    }
  }
  return {{std::move(all)}};
}

OperatorFacts apply_split(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const std::size_t axis = axis_of(call.integer("axis", 0, -kMostAxis, kMostAxis), from.size());
  auto parts = call.list("split", 1, 0, kMostSide);
  if (!parts) {
    if (from[axis] % call.outputs() != 0) refuse_operator("its input can't be split evenly");
    parts.emplace(static_cast<std::size_t>(call.outputs()), from[axis] / call.outputs());
  }
  std::int64_t total = 0;
  OperatorFacts facts;
  for (const std::int64_t part : *parts) {
    total += part;
    Sides to = from;
    to[axis] = part;
    facts.outputs.push_back({std::move(to), call.in(0).is_constant});
  }
  if (total != from[axis] || parts->size() != static_cast<std::size_t>(call.outputs())) {
    refuse_operator("its parts do not fit its input");
  }
  return facts;
}

OperatorFacts apply_slice(const OperatorCall& call) {
  Sides to = call.sides(0);
  const auto starts = call.list("starts", 1, -kAnyInteger, kAnyInteger);
  const auto ends = call.list("ends", 2, -kAnyInteger, kAnyInteger);
  if (!starts || !ends) refuse_operator("it does not say from where to where");
  const std::size_t count = starts->size();
  Sides first_axes(count);
  std::iota(first_axes.begin(), first_axes.end(), 0);
  const Sides axes = call.list("axes", 3, -kMostAxis, kMostAxis).value_or(first_axes);
  const Sides steps = call.has(4) ? call.integer_values(4, 1, kMostSide) : Sides();
  if (count == 0 || ends->size() != count || axes.size() != count ||
      (!steps.empty() && steps.size() != count)) {
    refuse_operator("its lists differ in length");
  }
  const auto& values = call.in(0).values;
  const bool is_list = values && to.size() == 1 && count == 1;
  std::vector<double> kept;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t axis = axis_of(axes[i], to.size());
    const std::int64_t side = to[axis];
    const auto clamped = [&](std::int64_t place) {
      return std::clamp<std::int64_t>(place < 0 ? place + side : place, 0, side);
    };
    const std::int64_t first = clamped((*starts)[i]);
    const std::int64_t end = clamped((*ends)[i]);
    const std::int64_t step = steps.empty() ? 1 : steps[i];
    to[axis] = end <= first ? 0 : (end - first + step - 1) / step;
    for (std::int64_t at = first; is_list && at < end; at += step) {
      kept.push_back(call.values(0).at(static_cast<std::size_t>(at)));
    }
  }
  OperatorFacts facts = moved(call, std::move(to));
  if (is_list) facts.outputs[0].values = std::move(kept);
  return facts;
}

OperatorFacts apply_gather(const OperatorCall& call) {
  const Sides& from = call.sides(0);
  const std::size_t axis = axis_of(call.integer("axis", 0, -kMostAxis, kMostAxis), from.size());
  const Sides indices = call.integer_values(1, -from[axis], from[axis] - 1);
  Sides to(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(axis));
  to.insert(to.end(), call.sides(1).begin(), call.sides(1).end());
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.end());
  OperatorFacts facts = moved(call, std::move(to));
  const auto& known = call.in(0).values;
  if (known && from.size() == 1) {
    std::vector<double>& values = facts.outputs[0].values.emplace();
    for (const std::int64_t index : indices) {
      const std::int64_t at = index < 0 ? index + from[0] : index;
      values.push_back(known->at(static_cast<std::size_t>(at)));
    }
  }
  return facts;
}

OperatorFacts apply_pad(const OperatorCall& call) {
  Sides to = call.sides(0);
  const auto pads = call.list("pads", 1, 0, kMostWindow);
  if (!pads || pads->size() != 2 * to.size()) refuse_operator("its pads do not fit its input");
  const std::string mode = call.text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge") refuse_operator("unknown mode");
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::int64_t before = (*pads)[i];
    const std::int64_t behind = (*pads)[i + to.size()];
    if (mode == "reflect" && std::max(before, behind) >= to[i]) {
      refuse_operator("it reflects more than there is");
    }
    to[i] += before + behind;
  }
  if (call.has(2)) call.require_weights(2, 1);
  return moved(call, std::move(to));
}

OperatorFacts apply_expand(const OperatorCall& call) {
  return moved(call, broadcast(call.sides(0), call.integer_values(1, 1, kMostSide)));
}

OperatorFacts apply_tile(const OperatorCall& call) {
  Sides to = call.sides(0);
  const Sides repeats = call.integer_values(1, 1, kMostSide);
  require_rank(to, repeats.size());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] *= repeats[i];
  return moved(call, std::move(to));
}

// Resize(X, roi, scales, sizes) since opset 11, Resize(X, scales) in 10, and Upsample.
OperatorFacts apply_resize(const OperatorCall& call) {
  Sides to = call.sides(0);
  require_rank(to, 4);
  if (call.has(3)) {
    to = call.integer_values(3, 1, kMostWindow);
  } else {
    std::vector<double> scales;
    if (const auto* attribute = call.attribute("scales")) {
      scales.assign(attribute->floats().begin(), attribute->floats().end());
    } else {
      scales = call.values(call.inputs() > 2 ? 2 : 1);
    }
    if (scales.size() != to.size()) refuse_operator("its scales do not fit its input");
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (!(scales[i] > 0 && scales[i] <= kMostScale)) {
        refuse_operator("its scales are not between 0 and " + std::to_string(kMostScale));
      }
      to[i] = static_cast<std::int64_t>(std::floor(static_cast<double>(to[i]) * scales[i]));
    }
  }
  require_rank(to, 4);
  if (to[0] != call.sides(0)[0] || to[1] != call.sides(0)[1]) {
    refuse_operator("it resizes more than width and height");
  }
  OperatorFacts facts = moved(call, std::move(to));
  facts.work = 16 * static_cast<double>(facts.outputs[0].count());
  return facts;
}

OperatorFacts apply_depth_to_space(const OperatorCall& call) {
  Sides to = call.sides(0);
  require_rank(to, 4);
  const std::int64_t block = call.integer("blocksize", 0, 1, kMostScale);
  if (block == 0 || to[1] % (block * block) != 0) refuse_operator("its blocks do not fit");
  return moved(call, {to[0], to[1] / block / block, to[2] * block, to[3] * block});
}

OperatorFacts apply_space_to_depth(const OperatorCall& call) {
  Sides to = call.sides(0);
  require_rank(to, 4);
  const std::int64_t block = call.integer("blocksize", 0, 1, kMostScale);
  if (block == 0 || to[2] % block != 0 || to[3] % block != 0) {
    refuse_operator("its blocks do not fit");
  }
  return moved(call, {to[0], to[1] * block * block, to[2] / block, to[3] / block});
}

OperatorFacts apply_shape(const OperatorCall& call) {
  const Sides& sides = call.sides(0);
  TensorFacts facts{{static_cast<std::int64_t>(sides.size())}, true};
  facts.values.emplace(sides.begin(), sides.end());
  return {{std::move(facts)}};
}

OperatorFacts apply_constant(const OperatorCall& call) {
  const auto* value = call.attribute("value");
  if (value == nullptr || value->type() != onnx::AttributeProto::TENSOR || !value->has_t()) {
    refuse_operator("it has no tensor 'value'");
  }
  return {{facts_of(value->t())}};
}

OperatorFacts apply_constant_of_shape(const OperatorCall& call) {
  const auto* value = call.attribute("value");
  if (value != nullptr && (!value->has_t() || facts_of(value->t()).count() != 1)) {
    refuse_operator("its 'value' is not one number");
  }
  return {{TensorFacts{call.integer_values(0, 1, kMostSide), true}}};
}

}  // namespace simdb
