#include "pipeline/formats/metadata_json.h"

#include <simdjson.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Beyond this not every whole number is a double.
constexpr double kExactIntegers = 9007199254740992;  // 2^53

std::optional<MetadataValue> scalar(const simdjson::dom::element& json) {
  bool truth = false;
  double number = 0;
  std::string_view text;
  if (json.get(truth) == simdjson::SUCCESS) return truth;
  if (json.get(number) == simdjson::SUCCESS) return number;
  if (json.get(text) == simdjson::SUCCESS) return std::string(text);
  return std::nullopt;
}

MetadataValue parse_value(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  auto value = parser.parse(text.data(), text.size()).get(json) == simdjson::SUCCESS ? scalar(json)
                                                                                     : std::nullopt;
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

void add_field(Metadata& metadata, std::string_view name, const simdjson::dom::element& json) {
  const auto refusal = [&](const char* why) {
    return Error(ErrorCode::kBadInput, "metadata field '" + printable(name) + "' " + why);
  };
  auto value = scalar(json);
  if (!value) throw refusal("is no string, number or boolean; lists and objects can't be kept");
  if (!metadata.emplace(name, *std::move(value)).second) throw refusal("is there twice");
}

Metadata metadata_from_json(const simdjson::dom::element& json) {
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kBadInput, "the metadata are no JSON object");
  }
  Metadata metadata;
  for (const auto& [name, value] : object) add_field(metadata, name, value);
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
