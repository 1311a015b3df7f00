#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "encoder/model/onnx_model_call_internal.h"

namespace simdb {
namespace {

// Values that are kept: floats are scales or limits, integers shapes, places or tables of them.
constexpr std::size_t kManyFloats = 1024;
constexpr std::size_t kManyIntegers = 1 << 16;

template <typename Value>
void keep_values(const onnx::TensorProto& tensor, const auto& listed, TensorFacts& facts) {
  std::vector<double>& values = facts.values.emplace();
  for (const auto value : listed) values.push_back(static_cast<double>(value));
  const std::string& raw = tensor.raw_data();
  for (std::size_t at = 0; at + sizeof(Value) <= raw.size(); at += sizeof(Value)) {
    Value value;
    std::memcpy(&value, raw.data() + at, sizeof value);
    values.push_back(static_cast<double>(value));
  }
  if (values.size() != facts.count()) facts.values.reset();
}

std::int64_t require_between(std::int64_t value, std::int64_t least, std::int64_t most,
                             std::string_view what) {
  if (value < least || value > most) {
    refuse_operator(std::string(what) + " is " + std::to_string(value) + ", not between " +
                    std::to_string(least) + " and " + std::to_string(most));
  }
  return value;
}

}  // namespace

void refuse_operator(const std::string& why) { throw Error(ErrorCode::kBadInput, why); }

const TensorFacts& OperatorCall::in(std::size_t i) const {
  if (!has(i)) refuse_operator("it lacks an input");
  return *inputs_[i];
}

void OperatorCall::require_weights(std::size_t i, std::int64_t count) const {
  const TensorFacts& facts = in(i);
  if (!facts.is_constant) refuse_operator("its weights depend on the image");
  if (facts.count() != static_cast<std::uint64_t>(count)) {
    refuse_operator("it has " + std::to_string(facts.count()) + " weights instead of " +
                    std::to_string(count));
  }
}

const onnx::AttributeProto* OperatorCall::attribute(std::string_view name) const {
  for (const auto& attribute : node_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

std::int64_t OperatorCall::integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                                   std::int64_t most) const {
  const auto* found = attribute(name);
  if (found == nullptr) return fallback;
  if (found->type() != onnx::AttributeProto::INT) {
    refuse_operator("'" + std::string(name) + "' is no integer");
  }
  return require_between(found->i(), least, most, "'" + std::string(name) + "'");
}

std::optional<Sides> OperatorCall::integers(std::string_view name, std::int64_t least,
                                            std::int64_t most) const {
  const auto* found = attribute(name);
  if (found == nullptr) return std::nullopt;
  if (found->type() != onnx::AttributeProto::INTS) {
    refuse_operator("'" + std::string(name) + "' is no list of integers");
  }
  Sides list;
  for (const std::int64_t value : found->ints()) {
    list.push_back(require_between(value, least, most, "'" + std::string(name) + "'"));
  }
  return list;
}

std::string OperatorCall::text(std::string_view name, const std::string& fallback) const {
  const auto* found = attribute(name);
  if (found == nullptr) return fallback;
  if (found->type() != onnx::AttributeProto::STRING) {
    refuse_operator("'" + std::string(name) + "' is no text");
  }
  return found->s();
}

std::optional<Sides> OperatorCall::list(std::string_view name, std::size_t i, std::int64_t least,
                                        std::int64_t most) const {
  if (auto found = integers(name, least, most)) return found;
  if (!has(i)) return std::nullopt;
  return integer_values(i, least, most);
}

const std::vector<double>& OperatorCall::values(std::size_t i) const {
  const TensorFacts& facts = in(i);
  if (!facts.values) {
    refuse_operator("the size of its output depends on values that can't be told beforehand");
  }
  return *facts.values;
}

Sides OperatorCall::integer_values(std::size_t i, std::int64_t least, std::int64_t most) const {
  constexpr double kLarge = 1e18;  // "to the end" is written as the largest integer
  Sides list;
  for (const double value : values(i)) {
    const double near = std::clamp(value, -kLarge, kLarge);
    if (near != std::floor(near)) refuse_operator("a size is no integer");
    list.push_back(require_between(static_cast<std::int64_t>(near), least, most, "a size"));
  }
  return list;
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto end = static_cast<std::int64_t>(rank);
  if (axis < -end || axis >= end) {
    refuse_operator("it has an axis " + std::to_string(axis) + " for " + std::to_string(rank) +
                    " dimensions");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + end : axis);
}

Sides broadcast(const Sides& a, const Sides& b) {
  Sides result(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto side = [&](const Sides& sides) {
      return i < sides.size() ? sides[sides.size() - 1 - i] : 1;
    };
    if (side(a) != side(b) && side(a) != 1 && side(b) != 1) {
      refuse_operator("its inputs do not fit together");
    }
    result[result.size() - 1 - i] = std::max(side(a), side(b));
  }
  return result;
}

std::uint64_t TensorFacts::count() const noexcept {
  std::uint64_t all = 1;
  for (const std::int64_t side : sides) {
    const auto many = static_cast<std::uint64_t>(std::max<std::int64_t>(side, 0));
    if (many != 0 && all > kManyValues / many) return kManyValues;
    all *= many;
  }
  return all;
}

TensorFacts facts_of(const onnx::TensorProto& tensor) {
  TensorFacts facts{{tensor.dims().begin(), tensor.dims().end()}, true};
  const bool is_float = tensor.data_type() == onnx::TensorProto::FLOAT ||
                        tensor.data_type() == onnx::TensorProto::DOUBLE;
  if (facts.count() > (is_float ? kManyFloats : kManyIntegers)) return facts;
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      keep_values<float>(tensor, tensor.float_data(), facts);
      break;
    case onnx::TensorProto::DOUBLE:
      keep_values<double>(tensor, tensor.double_data(), facts);
      break;
    case onnx::TensorProto::INT32:
      keep_values<std::int32_t>(tensor, tensor.int32_data(), facts);
      break;
    case onnx::TensorProto::INT64:
      keep_values<std::int64_t>(tensor, tensor.int64_data(), facts);
      break;
    default:
      break;
  }
  return facts;
}

}  // namespace simdb
