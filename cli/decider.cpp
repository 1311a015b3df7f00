#include "cli/decider.h"

#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/calibration_text.h"
#include "cli/database_path.h"
#include "cli/decision_text.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "cli/terminal.h"
#include "cli/vote_options.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Json = nlohmann::ordered_json;

float similarity_of(const ArgumentParser& parser, const char* option) {
  const auto value = parser.get<float>(option);
  if (value < -1 || value > 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--{} is a similarity, from -1 to 1, not {}", option, value));
  }
  return value;
}

Json class_or_null(const Prediction& prediction) {
  return prediction.ranking.empty() ? Json(nullptr) : Json(prediction.class_name);
}

template <typename T>
Json number_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
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

void add_decision_options(ArgumentParser& parser) {
  add_vote_options(parser);
  add_filter_options(parser);
  parser.options().add_options()("alpha",
                                 po::value<double>()->default_value(0.05, "0.05")->value_name("A"),
                                 "share of known images called unknown, if calibrated");
  parser.options().add_options()(
      "accept", po::value<float>()->value_name("S"),
      "instead: the similarity of the nearest neighbour below which an image is unknown (0.5 where "
      "uncalibrated)");
  parser.options().add_options()("within", po::value<float>()->value_name("S"),
                                 "let all items of at least this similarity vote");
}

QueryOptions decision_options(const ArgumentParser& parser) {
  require_vote_options(parser);
  QueryOptions options;
  if (parser.has("accept")) options.accept_similarity = similarity_of(parser, "accept");
  options.filter = filter_of(parser);
  if (parser.has("within")) options.within = similarity_of(parser, "within");
  return options;
}

Decider::Decider(const ArgumentParser& parser, const Database& database,
                 const QueryOptions& options, Console& console)
    : database_(database),
      options_(options),
      alpha_(alpha_of(parser)),
      by_similarity_(parser.has("accept")),
      items_(database.gallery().stats().items) {
  if (by_similarity_) return;
  const auto calibration = stored_calibration(find_database(parser), database, console);
  if (calibration) {
    sets_.emplace(*calibration, alpha_);
  } else if (!parser.flag("json") && err_can_redraw() && items_ > 0) {  // for a person
    console.err << "simdb: uncalibrated: an image is unknown below a similarity of "
                << options.accept_similarity << "; run 'simdb calibrate' for p-values\n";
  }
}

Answer Decider::answer(std::span<const float> embedding, Prediction prediction) const {
  if (!sets_) return {std::move(prediction), std::nullopt};
  Decision decision = sets_->decide(database_.gallery(), embedding, prediction, options_);
  return {std::move(prediction), std::move(decision)};
}

std::vector<Answer> Decider::answers(const EmbeddingBatch& embeddings,
                                     std::vector<Prediction>&& predictions) const {
  std::vector<Decision> decisions;
  if (sets_) {
    decisions = sets_->decide_batch(database_.gallery(), embeddings, predictions, options_);
  }
  std::vector<Answer> answers(predictions.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i].prediction = std::move(predictions[i]);
    if (sets_) answers[i].decision = std::move(decisions[i]);
  }
  return answers;
}

Explanation Decider::explain(std::span<const float> embedding, const Answer& answer) const {
  return simdb::explain(database_.gallery(), embedding, answer.prediction, options_,
                        sets_ ? &*sets_ : nullptr, answer.decision ? &*answer.decision : nullptr);
}

std::string_view Decider::verdict(const Answer& answer) const {
  if (answer.decision) return simdb::name_of(answer.decision->verdict);
  if (!answer.prediction.accepted) return "unknown";
  return by_similarity_ ? "known" : "uncalibrated";
}

std::string Decider::text(const Answer& answer) const {
  const Prediction& prediction = answer.prediction;
  if (prediction.ranking.empty()) {
    return options_.within && items_ > 0
               ? fmt::format("unknown (no item has a similarity of {} or more)", *options_.within)
               : "unknown (nothing to compare with)";
  }
  if (answer.decision) return decision_text(*answer.decision, prediction, alpha_);
  const std::string name = printable(prediction.class_name);
  if (prediction.accepted) return fmt::format("{}  {}", name, percent(prediction.confidence));
  return fmt::format("unknown (nearest class {}, similarity {:.3f})", name,
                     prediction.neighbors.front().similarity);
}

std::optional<double> Decider::alpha() const {
  return sets_ ? std::optional(alpha_) : std::nullopt;
}

nlohmann::ordered_json to_json(const std::string& path, const Answer& answer,
                               const Decider& decider, const Explanation* why) {
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
    json["possible"] = cli::to_json(*answer.decision);
  }
  json["ranking"] = std::move(ranking);
  json["neighbors"] = neighbors_to_json(prediction, decider, why);
  if (why) json["why"] = to_json(*why, decider);
  return json;
}

}  // namespace simdb::cli
