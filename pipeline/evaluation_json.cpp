#include "pipeline/evaluation_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/formats/calibration_json.h"
#include "pipeline/formats/json_text.h"

namespace simdb {
namespace {

nlohmann::ordered_json to_json(const DecisionReport& report) {
  nlohmann::ordered_json json = {{"alpha", report.alpha},
                                 {"called_unknown", to_json(report.unknown)},
                                 {"true_class_possible", to_json(report.covered)},
                                 {"possible_classes", report.set_size}};
  if (report.foreign_accepted) {
    json["foreign_accepted"] = to_json(*report.foreign_accepted);
    if (report.auroc) json["unknown_auroc"] = *report.auroc;
  }
  return json;
}

}  // namespace

std::string evaluation_json(const Evaluation& result, const DecisionReport* decisions) {
  nlohmann::ordered_json json = {{"images", result.images.size()},
                                 {"accuracy", result.accuracy},
                                 {"balanced_accuracy", result.balanced_accuracy},
                                 {"recall_at_1", result.recall_at_1},
                                 {"recall_at_5", result.recall_at_5},
                                 {"map_at_r", result.map_at_r},
                                 {"calibration_error", result.calibration_error},
                                 {"aurc", result.risk.area},
                                 {"reliability", nlohmann::ordered_json::array()},
                                 {"risk_coverage", nlohmann::ordered_json::array()}};
  for (const CalibrationBin& bin : result.reliability) {
    json["reliability"].push_back(
        {{"images", bin.answers}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
  }
  for (const RiskPoint& point : thinned(result.risk.curve, kCurvePoints)) {
    json["risk_coverage"].push_back({{"coverage", point.coverage}, {"risk", point.risk}});
  }
  if (result.episodes) {
    const auto& [options, score, parents, from_database] = *result.episodes;
    json["episodes"] = {{"ways", options.ways},
                        {"shots", options.shots},
                        {"episodes", options.episodes},
                        {"seed", options.seed},
                        {"support", from_database ? "database" : "images"},
                        {"accuracy", score.accuracy},
                        {"interval95", score.interval95}};
    if (parents > 0) {
      json["episodes"]["parents"] = score.pools;
      json["episodes"]["parents_in_all"] = parents;
    }
  }
  if (result.auroc) json["auroc"] = *result.auroc;
  json["classes"] = result.classes;
  nlohmann::ordered_json confusion = nlohmann::ordered_json::object();
  for (const auto& [pair, count] : result.confusion) {
    confusion[result.classes[pair.first]][result.classes[pair.second]] = count;
  }
  json["confusion"] = std::move(confusion);
  if (decisions != nullptr) json["decisions"] = to_json(*decisions);
  return json_text(json);
}

}  // namespace simdb
