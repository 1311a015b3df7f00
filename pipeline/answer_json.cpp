#include "pipeline/answer_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/formats/json_text.h"
#include "pipeline/formats/metadata_json.h"

namespace simdb {
namespace {

using Json = nlohmann::ordered_json;

Json class_or_null(const Prediction& prediction) {
  return prediction.ranking.empty() ? Json(nullptr) : Json(prediction.class_name);
}

template <typename T>
Json number_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json possible_to_json(const Decision& decision) {
  Json possible = Json::array();
  for (const PossibleClass& entry : decision.possible) {
    possible.push_back({{"class", entry.class_name},
                        {"p", number_or_null(entry.p)},
                        {"similarity", entry.similarity},
                        {"calibrated_by", name_of(entry.calibrated_by)}});
  }
  return possible;
}

Json to_json(const AnswerWithout& without, const Decider& decider) {
  return {{"class", class_or_null(without.prediction)},
          {"confidence", without.prediction.confidence},
          {"decision", decider.verdict({without.prediction, without.decision})}};
}

Json to_json(const ClassReason& entry) {
  Json json = {{"class", entry.class_name},      {"items", entry.items},
               {"voters", entry.voters},         {"share", entry.share},
               {"similarity", entry.similarity}, {"nearest", nullptr},
               {"possible", entry.is_possible}};
  if (entry.nearest) json["nearest"] = to_number(*entry.nearest);
  const ClassStanding& standing = entry.standing;
  json["p"] = number_or_null(standing.p);
  json["calibrated_by"] = name_of(standing.calibrated_by);
  json["scores"] = standing.scores;
  json["no_larger"] = standing.no_larger;
  json["possible_from"] = number_or_null(standing.needed);
  return json;
}

Json to_json(const Explanation& why, const Decider& decider) {
  Json json = {{"classes", Json::array()}, {"runner_up", nullptr}, {"overturned", nullptr}};
  for (const ClassReason& entry : why.classes) json["classes"].push_back(to_json(entry));
  if (const auto& second = why.runner_up) {
    Json nearest = Json::array();
    for (const LabeledNeighbor& item : second->nearest) {
      nearest.push_back(
          {{"id", to_number(item.id)}, {"similarity", item.similarity}, {"source", item.source}});
    }
    json["runner_up"] = {{"class", second->class_name},
                         {"wins_from", number_or_null(second->wins_from)},
                         {"nearest", std::move(nearest)}};
  }
  if (why.overturned) {
    json["overturned"] = to_json(*why.overturned, decider);
    Json& ids = json["overturned"]["items"] = Json::array();
    for (const ItemId id : why.overturned->items) ids.push_back(to_number(id));
  }
  return json;
}

Json neighbors_to_json(const Prediction& prediction, const Decider& decider,
                       const Explanation* why) {
  std::vector<ItemId> ids;
  ids.reserve(prediction.neighbors.size());
  for (const LabeledNeighbor& neighbor : prediction.neighbors) ids.push_back(neighbor.id);
  const auto records = decider.database().gallery().get_many(ids);
  Json neighbors = Json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const LabeledNeighbor& neighbor = prediction.neighbors[i];
    Json& json = neighbors.emplace_back(Json{{"id", to_number(neighbor.id)},
                                             {"class", neighbor.class_name},
                                             {"similarity", neighbor.similarity},
                                             {"source", neighbor.source}});
    const auto& record = records[i];
    if (record) {  // else removed meanwhile
      const ItemInfo& info = record->info;
      if (!info.key.empty()) json["key"] = info.key;
      if (!info.metadata.empty()) json["metadata"] = simdb::to_json(info.metadata);
    }
    if (!why) continue;
    if (record) json["added"] = iso_time(record->added_ms);
    const VoterReason& voter = why->voters[i];
    json["share"] = voter.share;
    if (!voter.without) continue;
    json["without"] = to_json(*voter.without, decider);
    json["decisive"] = voter.without->is_other;
  }
  return neighbors;
}

}  // namespace

std::string answer_json(const std::string& path, const Answer& answer, const Decider& decider,
                        const Explanation* why) {
  const Prediction& prediction = answer.prediction;
  Json ranking = Json::array();
  for (const ClassScore& entry : prediction.ranking) {
    ranking.push_back({{"class", entry.class_name}, {"score", entry.score}});
  }
  Json json = {{"path", path},
               {"class", class_or_null(prediction)},
               {"confidence", prediction.confidence},
               {"accepted", answer.accepted()},
               {"decision", decider.verdict(answer)},
               {"calibrated", answer.decision.has_value()}};
  if (answer.decision) {
    json["alpha"] = number_or_null(decider.alpha());
    json["familiarity"] = answer.decision->familiarity;
    json["possible"] = possible_to_json(*answer.decision);
  }
  json["ranking"] = std::move(ranking);
  json["neighbors"] = neighbors_to_json(prediction, decider, why);
  if (why) json["why"] = to_json(*why, decider);
  return json_text(json);
}

}  // namespace simdb
