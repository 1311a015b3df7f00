#include <nlohmann/json.hpp>

#include "core/error.h"
#include "encoder/onnx_model_metadata_internal.h"

namespace simdb {

std::string input_to_json(const InputSpec& spec) {
  const nlohmann::ordered_json json = {
      {"width", spec.width},
      {"height", spec.height},
      {"channels", spec.channels},
      {"resize", spec.resize == ResizeRule::kFit ? "fit" : "stretch"},
      {"background", spec.background},
      {"mean", spec.mean},
      {"scale", spec.scale},
  };
  return json.dump();
}

InputSpec input_from_json(const std::string& json) {
  try {
    const nlohmann::json parsed = nlohmann::json::parse(json);
    InputSpec spec;
    parsed.at("width").get_to(spec.width);
    parsed.at("height").get_to(spec.height);
    parsed.at("channels").get_to(spec.channels);
    parsed.at("background").get_to(spec.background);
    parsed.at("mean").get_to(spec.mean);
    parsed.at("scale").get_to(spec.scale);
    const auto resize = parsed.at("resize").get<std::string>();
    if (resize != "fit" && resize != "stretch") {
      throw Error(ErrorCode::kBadInput, "unknown resize rule '" + resize + "'");
    }
    spec.resize = resize == "fit" ? ResizeRule::kFit : ResizeRule::kStretch;
    require_valid(spec);
    return spec;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorCode::kBadInput, std::string("unreadable input description: ") + e.what());
  }
}

}  // namespace simdb
