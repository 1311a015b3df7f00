#include "cli/remote/read_answers.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "pipeline/formats/item_json.h"

namespace simdb::cli {
namespace {

using Json = nlohmann::ordered_json;

MetadataValue value_from(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

// Of iso_time().
std::int64_t time_from(const std::string& text) {
  std::tm time{};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr) return 0;
  return std::int64_t{::timegm(&time)} * 1000;
}

template <typename T>
std::optional<T> maybe(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

template <typename Value, std::size_t kSize>
Value value_of(const std::string& word, const std::array<Value, kSize>& values) {
  for (const Value value : values) {
    if (word == name_of(value)) return value;
  }
  return {};
}

CalibratedBy calibrated_by_from(const Json& json) {
  return value_of(json.get<std::string>(),
                  std::array{CalibratedBy::kNothing, CalibratedBy::kItems, CalibratedBy::kClasses,
                             CalibratedBy::kAllItems, CalibratedBy::kHeldOut});
}

Verdict verdict_from(const Json& json) {
  return value_of(json.get<std::string>(), std::array{Verdict::kUnknown, Verdict::kKnown,
                                                      Verdict::kAmbiguous, Verdict::kUncalibrated});
}

EstimatedShare share_from(const Json& json) {
  return {.count = json.at("count").get<std::uint64_t>(),
          .of = json.at("of").get<std::uint64_t>(),
          .low = json.at("low").get<double>(),
          .high = json.at("high").get<double>()};
}

}  // namespace

ItemRecord item_from(const Json& json) {
  ItemRecord item{.id = ItemId{json.at("id").get<std::uint64_t>()},
                  .added_ms = time_from(json.at("added").get<std::string>()),
                  .info = {.class_name = json.at("class").get<std::string>(),
                           .source = json.at("source").get<std::string>()}};
  if (json.contains("source_bytes")) {
    item.info.source = source_from_hex(json.at("source_bytes").get<std::string>());
  }
  if (json.contains("key")) item.info.key = json.at("key").get<std::string>();
  if (json.contains("metadata")) {
    for (const auto& [name, value] : json.at("metadata").items()) {
      item.info.metadata.emplace(name, value_from(value));
    }
  }
  return item;
}

Answer answer_from(const Json& json) {
  Answer answer;
  answer.is_approximate = json.value("approximate", false);
  Prediction& prediction = answer.prediction;
  if (!json.at("class").is_null()) prediction.class_name = json.at("class").get<std::string>();
  prediction.confidence = json.at("confidence").get<double>();
  prediction.accepted = json.at("accepted").get<bool>();
  for (const Json& entry : json.at("ranking")) {
    prediction.ranking.push_back(
        {entry.at("class").get<std::string>(), entry.at("score").get<double>()});
  }
  for (const Json& entry : json.at("neighbors")) {
    prediction.neighbors.push_back({.id = ItemId{entry.at("id").get<std::uint64_t>()},
                                    .similarity = entry.at("similarity").get<float>(),
                                    .class_name = entry.at("class").get<std::string>(),
                                    .source = entry.at("source").get<std::string>()});
  }
  if (!json.at("calibrated").get<bool>()) return answer;
  Decision& decision = answer.decision.emplace();
  decision.verdict = verdict_from(json.at("decision"));
  decision.familiarity = json.at("familiarity").get<double>();
  for (const Json& entry : json.at("possible")) {
    decision.possible.push_back({.class_name = entry.at("class").get<std::string>(),
                                 .similarity = entry.at("similarity").get<float>(),
                                 .p = maybe<double>(entry.at("p")),
                                 .calibrated_by = calibrated_by_from(entry.at("calibrated_by"))});
  }
  return answer;
}

CalibrationEstimate estimate_from(const Json& json) {
  CalibrationEstimate estimate;
  estimate.alpha = json.at("alpha").get<double>();
  if (json.contains("held_out_rejected")) {
    estimate.held_out_rejected = share_from(json.at("held_out_rejected"));
  }
  if (json.contains("foreign_accepted")) {
    estimate.accepted = share_from(json.at("foreign_accepted"));
    estimate.auroc = json.at("auroc").get<double>();
  }
  return estimate;
}

CalibratedClasses classes_from(const Json& json) {
  const Json& classes = json.at("classes");
  const auto count = [&](const char* name) { return classes.at(name).get<std::size_t>(); };
  return {.by_items = count("by_items"),
          .by_classes = count("by_classes"),
          .by_all_items = count("by_all_items"),
          .by_held_out = count("by_held_out"),
          .uncalibrated = count("uncalibrated")};
}

Addition addition_from(const Json& json) {
  const bool is_left_out = json.at("id").is_null();
  Addition addition{.item = {.id = ItemId{is_left_out ? 0 : json.at("id").get<std::uint64_t>()},
                             .is_new = json.at("added").get<bool>(),
                             .is_updated = json.at("updated").get<bool>()}};
  if (json.contains("duplicate_of")) {
    const Json& original = json.at("duplicate_of");
    DuplicateImage& duplicate = addition.duplicate.emplace();
    if (const auto id = maybe<std::uint64_t>(original.at("id"))) duplicate.item = ItemId{*id};
    duplicate.class_name = original.at("class").get<std::string>();
    duplicate.is_same_file = original.at("same") == "file";
    duplicate.is_left_out = is_left_out;
  }
  return addition;
}

}  // namespace simdb::cli
