#include "pipeline/formats/calibration_json.h"

#include <nlohmann/json.hpp>

namespace simdb {

nlohmann::ordered_json to_json(const EstimatedShare& share) {
  return {{"share", share.share()},
          {"low", share.low},
          {"high", share.high},
          {"count", share.count},
          {"of", share.of}};
}

nlohmann::ordered_json to_json(const CalibratedClasses& classes,
                               const CalibrationEstimate& estimate) {
  nlohmann::ordered_json json = {{"alpha", estimate.alpha},
                                 {"classes",
                                  {{"by_items", classes.by_items},
                                   {"by_classes", classes.by_classes},
                                   {"by_all_items", classes.by_all_items},
                                   {"by_held_out", classes.by_held_out},
                                   {"uncalibrated", classes.uncalibrated}}}};
  if (estimate.held_out_rejected) json["held_out_rejected"] = to_json(*estimate.held_out_rejected);
  if (estimate.accepted.of > 0) {
    json["foreign_accepted"] = to_json(estimate.accepted);
    json["auroc"] = estimate.auroc;
  }
  return json;
}

}  // namespace simdb
