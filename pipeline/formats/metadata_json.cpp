#include "pipeline/formats/metadata_json.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Json = nlohmann::json;

// Beyond this not every whole number is a double.
constexpr double kExactIntegers = 9007199254740992;  // 2^53

std::optional<MetadataValue> scalar(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return std::nullopt;
}

MetadataValue parse_value(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  auto value = json.is_discarded() ? std::nullopt : scalar(json);
  return value ? *std::move(value) : MetadataValue(std::string(text));
}

}  // namespace

nlohmann::ordered_json to_json(const MetadataValue& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    const bool is_whole = std::trunc(*number) == *number && std::abs(*number) < kExactIntegers;
    return is_whole ? nlohmann::ordered_json(static_cast<std::int64_t>(*number))
                    : nlohmann::ordered_json(*number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::get<bool>(value);
}

nlohmann::ordered_json to_json(const Metadata& metadata) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metadata) json[name] = to_json(value);
  return json;
}

Metadata metadata_from_json(const Json& json) {
  if (!json.is_object()) throw Error(ErrorCode::kBadInput, "the metadata are no JSON object");
  Metadata metadata;
  for (const auto& [name, of_name] : json.items()) {
    auto value = scalar(of_name);
    if (!value) {
      throw Error(ErrorCode::kBadInput, "metadata field '" + printable(name) +
                                            "' is no string, number or boolean; lists and objects "
                                            "can't be kept");
    }
    metadata.emplace(name, *std::move(value));
  }
  require_metadata(metadata);
  return metadata;
}

std::pair<std::string, MetadataValue> parse_field(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error(ErrorCode::kUsage, "'" + printable(text) + "' is no NAME=VALUE");
  }
  return {std::string(text.substr(0, equals)), parse_value(text.substr(equals + 1))};
}

MetadataCondition parse_condition(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {
      {{"!=", Comparison::kNotEqual},
       {"<=", Comparison::kLessOrEqual},
       {">=", Comparison::kGreaterOrEqual},
       {"=", Comparison::kEqual},
       {"<", Comparison::kLess},
       {">", Comparison::kGreater}}};
  const std::size_t at = text.find_first_of("=<>!");
  if (at != std::string_view::npos && at > 0) {
    const std::string_view rest = text.substr(at);
    for (const auto& [sign, comparison] : kComparisons) {
      if (!rest.starts_with(sign)) continue;
      return {std::string(text.substr(0, at)), comparison, parse_value(rest.substr(sign.size()))};
    }
  }
  throw Error(
      ErrorCode::kUsage,
      "'" + printable(text) + "' is no condition: write NAME=VALUE, or with != < <= > or >=");
}

}  // namespace simdb
