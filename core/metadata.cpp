#include "simdb/metadata.h"

#include <algorithm>
#include <cmath>

#include "core/class_name.h"
#include "core/comparison.h"
#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {
namespace {

std::size_t bytes_of(const MetadataValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  return std::holds_alternative<double>(value) ? sizeof(double) : 1;
}

template <typename Value>
int order_of(const Value& a, const Value& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

void require_metadata(const Metadata& metadata) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : metadata) {
    require_name(name, "metadata field", kMaxMetadataNameBytes);
    const auto refuse = [&field = name](const std::string& why) {
      throw Error(ErrorCode::kBadInput, "metadata field '" + printable(field) + "' " + why);
    };
    if (const auto* number = std::get_if<double>(&value); number && !std::isfinite(*number)) {
      refuse("is no finite number");
    }
    if (const auto* text = std::get_if<std::string>(&value); text && !is_utf8(*text)) {
      refuse("is not valid UTF-8");
    }
    bytes += name.size() + bytes_of(value);
  }
  if (bytes > kMaxMetadataBytes) {
    throw Error(ErrorCode::kBadInput, "the metadata of an item has " + std::to_string(bytes) +
                                          " bytes, the limit is " +
                                          std::to_string(kMaxMetadataBytes));
  }
}

bool passes(const Metadata& metadata, const MetadataCondition& condition) {
  const auto field = metadata.find(condition.name);
  if (field == metadata.end()) return false;
  return std::visit(
      [&](const auto& value) {
        const auto* wanted = std::get_if<std::decay_t<decltype(value)>>(&condition.value);
        return wanted ? meets(order_of(value, *wanted), condition.comparison)
                      : condition.comparison == Comparison::kNotEqual;
      },
      field->second);
}

bool passes(const Metadata& metadata, const std::vector<MetadataCondition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const MetadataCondition& condition) {
    return passes(metadata, condition);
  });
}

}  // namespace simdb
