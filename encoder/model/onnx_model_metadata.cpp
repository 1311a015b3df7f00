#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kBadInput, "unreadable input description: " + why);
}

constexpr int kViewsVersion = 2;  // the first that knows InputSpec::views and ResizeRule::kTrim

// Not more of a foreign text than a message can hold.
constexpr std::size_t kMostQuoted = 200;

// Numbers as they are. Quoting lists would use the stack once a level, and there may be a million.
std::string shown(const Json& value) {
  return value.is_number() ? value.dump() : std::string("a value of type ") + value.type_name();
}

// nlohmann's conversions would turn 28.7 into 28 and 300 into the byte 44.
int integer(const Json& value, int most) {
  if (!value.is_number_integer()) refuse(shown(value) + " is not an integer");
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > most) {
    refuse(shown(value) + " is not between 0 and " + std::to_string(most));
  }
  return static_cast<int>(number);
}

const Json& three(const Json& value) {
  if (!value.is_array() || value.size() != 3) refuse(shown(value) + " is not a list of three");
  return value;
}

float number(const Json& value) {
  if (!value.is_number()) refuse(shown(value) + " is not a number");
  return value.get<float>();
}

}  // namespace

std::string input_to_json(const InputSpec& spec) {
  nlohmann::ordered_json json = {
      {"width", spec.width},           {"height", spec.height},
      {"channels", spec.channels},     {"resize", to_string(spec.resize)},
      {"background", spec.background}, {"mean", spec.mean},
      {"scale", spec.scale},
  };
  if (spec.views > 1) json["views"] = spec.views;  // else as readers of version 1 know it
  return json.dump();
}

int format_version_of(const InputSpec& spec) {
  return spec.views > 1 || spec.resize == ResizeRule::kTrim ? kViewsVersion : 1;
}

std::optional<std::string> refuse_version(const std::string& version) {
  for (int known = 1; known <= kModelFormatVersion; ++known) {
    if (version == std::to_string(known)) return std::nullopt;
  }
  return "it has format version " + version + ", this simdb knows " +
         std::to_string(kModelFormatVersion) + "; use a newer simdb";
}

InputSpec input_from_json(const std::string& json) {
  try {
    const Json parsed = Json::parse(json);
    InputSpec spec;
    spec.width = integer(parsed.at("width"), std::numeric_limits<int>::max());
    spec.height = integer(parsed.at("height"), std::numeric_limits<int>::max());
    spec.channels = integer(parsed.at("channels"), std::numeric_limits<int>::max());
    for (std::size_t i = 0; i < 3; ++i) {
      spec.background[i] =
          static_cast<std::uint8_t>(integer(three(parsed.at("background"))[i], 255));
      spec.mean[i] = number(three(parsed.at("mean"))[i]);
      spec.scale[i] = number(three(parsed.at("scale"))[i]);
    }
    const auto rule = find_resize_rule(parsed.at("resize").get<std::string>());
    if (!rule) refuse("its resize rule is none of 'fit', 'stretch' and 'trim'");
    spec.resize = *rule;
    if (parsed.contains("views")) {
      spec.views = integer(parsed.at("views"), std::numeric_limits<int>::max());
    }
    require_valid(spec);
    return spec;
  } catch (const Json::exception& e) {
    refuse(std::string(e.what()).substr(0, kMostQuoted));
  }
}

}  // namespace simdb
