#include "pipeline/answer_json.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
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

// As nlohmann writes numbers: shortest, and with a point.
void append_number(std::string& out, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  out += digits;
  if (digits.find_first_of(".en") == std::string_view::npos) out += ".0";
}

// What an item has beside class and source, and with `why` what it did.
void append_details(std::string& out, const std::optional<ItemRecord>& record,
                    const VoterReason* voter, const Decider& decider) {
  Json json = Json::object();
  if (record) {  // else removed meanwhile
    const ItemInfo& info = record->info;
    if (!info.key.empty()) json["key"] = info.key;
    if (!info.metadata.empty()) json["metadata"] = simdb::to_json(info.metadata);
    if (voter != nullptr) json["added"] = iso_time(record->added_ms);
  }
  if (voter != nullptr) {
    json["share"] = voter->share;
    if (voter->without) {
      json["without"] = to_json(*voter->without, decider);
      json["decisive"] = voter->without->is_other;
    }
  }
  if (json.empty()) return;
  out += ',';
  out += std::string_view(json_text(json)).substr(1);
  out.pop_back();
}

void append_neighbors(std::string& out, const Prediction& prediction, const Decider& decider,
                      const Explanation* why) {
  std::vector<ItemId> ids;  // of those with more to tell
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    if (why != nullptr || neighbor.has_details) ids.push_back(neighbor.id);
  }
  std::vector<std::optional<ItemRecord>> records;
  if (!ids.empty()) records = decider.database().gallery().get_many(ids);
  std::size_t next = 0;
  for (std::size_t i = 0; i < prediction.neighbors.size(); ++i) {
    const LabeledNeighbor& neighbor = prediction.neighbors[i];
    out += i == 0 ? R"({"id":)" : R"(,{"id":)";
    out += std::to_string(to_number(neighbor.id));
    out += R"(,"class":)";
    append_json_text(out, neighbor.class_name);
    out += R"(,"similarity":)";
    append_number(out, neighbor.similarity);
    out += R"(,"source":)";
    append_json_text(out, neighbor.source);
    if (why != nullptr || neighbor.has_details) {
      append_details(out, records[next++], why != nullptr ? &why->voters[i] : nullptr, decider);
    }
    out += '}';
  }
}

}  // namespace

// Not by way of a tree: a server makes thousands of these per second.
std::string answer_json(const std::string& path, const Answer& answer, const Decider& decider,
                        const Explanation* why) {
  const Prediction& prediction = answer.prediction;
  std::string out;
  out.reserve(1024);
  out += R"({"path":)";
  append_json_text(out, path);
  out += R"(,"class":)";
  if (prediction.ranking.empty()) {
    out += "null";
  } else {
    append_json_text(out, prediction.class_name);
  }
  out += R"(,"confidence":)";
  append_number(out, prediction.confidence);
  out += answer.accepted() ? R"(,"accepted":true)" : R"(,"accepted":false)";
  out += R"(,"decision":")";
  out += decider.verdict(answer);
  out += answer.decision ? R"(","calibrated":true)" : R"(","calibrated":false)";
  if (answer.is_approximate) out += R"(,"approximate":true)";
  if (answer.decision) {
    out += R"(,"alpha":)" + json_text(number_or_null(decider.alpha()));
    out += R"(,"familiarity":)";
    append_number(out, answer.decision->familiarity);
    out += R"(,"possible":)" + json_text(possible_to_json(*answer.decision));
  }
  out += R"(,"ranking":[)";
  for (const ClassScore& entry : prediction.ranking) {
    out += &entry == prediction.ranking.data() ? R"({"class":)" : R"(,{"class":)";
    append_json_text(out, entry.class_name);
    out += R"(,"score":)";
    append_number(out, entry.score);
    out += '}';
  }
  out += R"(],"neighbors":[)";
  append_neighbors(out, prediction, decider, why);
  out += ']';
  if (why != nullptr) out += R"(,"why":)" + json_text(to_json(*why, decider));
  out += '}';
  return out;
}

}  // namespace simdb
