#include <fmt/format.h>
#include <simdjson.h>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/answer_json.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostVectors = 256;
constexpr std::size_t kQuickNeighbors = 100;

}  // namespace

std::vector<Parameter> parameters_of(const simdjson::dom::object& object,
                                     std::span<const std::string_view> others) {
  std::vector<Parameter> parameters;
  const auto add = [&](std::string_view name, const simdjson::dom::element& value) {
    switch (value.type()) {
      case simdjson::dom::element_type::STRING:
        parameters.push_back({std::string(name), std::string(value.get_string().value())});
        break;
      case simdjson::dom::element_type::BOOL:
        parameters.push_back({std::string(name), value.get_bool().value() ? "true" : "false"});
        break;
      case simdjson::dom::element_type::INT64:
      case simdjson::dom::element_type::UINT64:
      case simdjson::dom::element_type::DOUBLE:
        parameters.push_back({std::string(name), simdjson::minify(value)});
        break;
      default:
        throw Error(ErrorCode::kUsage,
                    fmt::format("{} is a text, a number or true or false", name));
    }
  };
  for (const auto [name, value] : object) {
    if (std::ranges::find(others, name) != others.end()) continue;
    if (value.is_array()) {
      for (const simdjson::dom::element one : value.get_array()) add(name, one);
    } else {
      add(name, value);
    }
  }
  return parameters;
}

namespace {

std::optional<double> p_of_winner(const AnswerSets& sets, const Prediction& prediction,
                                  const QueryOptions& options) {
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    if (neighbor.class_name != prediction.class_name) continue;
    return sets.standing(prediction.class_name, neighbor.similarity, options).p;
  }
  return std::nullopt;
}

// `is_new`: it is no item of the gallery. `is_unknown` becomes whether it was called that.
std::string decided(const Call& call, const Ask& ask, std::span<const float> embedding,
                    bool is_new = true, bool* is_unknown = nullptr) {
  Service& service = *call.service;
  const Database& database = service.database();
  const auto sets = ask.by_similarity ? nullptr : service.decisions().sets(ask.alpha);
  const Decider decider(database, ask.options, sets, ask.by_similarity);
  const Answer answer = decider.answer(embedding, database.query(embedding, ask.options));
  const std::string_view verdict = decider.verdict(answer);
  service.metrics().count_answer(verdict);
  if (is_unknown != nullptr) *is_unknown = verdict == "unknown";
  if (sets && is_new) {
    if (const auto p = p_of_winner(*sets, answer.prediction, ask.options)) {
      service.metrics().note_p_value(*p);
    }
  }
  if (!ask.why) return answer_json(ask.name, answer, decider);
  const Explanation why = decider.explain(embedding, answer);
  return answer_json(ask.name, answer, decider, &why);
}

}  // namespace

Embedding vector_of(const simdjson::dom::element& list, std::size_t dimension) {
  thread_local std::vector<float> values;
  values.clear();
  if (!read_numbers(list, values)) {
    throw Error(ErrorCode::kUsage, "a vector is a list of numbers");
  }
  if (values.size() != dimension) {
    throw Error(ErrorCode::kUsage,
                fmt::format("a vector has {} numbers here, not {}", dimension, values.size()));
  }
  return Embedding::normalized(values);
}

void handle_query(const Call& call) {
  require_image(*call.request);
  const bool keeps = Parameters(call.request->target.parameters).flag("keep-unknown");
  if (keeps && !call.may_write()) {
    return call.reply(problem(403, "forbidden",
                              "keep-unknown takes a token that may write, and a "
                              "server that does",
                              call.request->id));
  }
  const auto ask = std::make_shared<const Ask>(
      ask_of(Parameters(call.request->target.parameters), call.service->database()));
  SourceImage image =
      source_image(bytes_of(*call.request), ask->name, call.service->options().limits);
  const int width = image.image.width;
  const int height = image.image.height;
  call.service->encoder().encode(
      std::move(image.image), [call, ask, keeps, width, height](const Embedding* embedding,
                                                                const std::exception_ptr& failure) {
        if (embedding == nullptr) return call.fail(failure);
        call.guard([&] {
          bool is_unknown = false;
          std::string json = decided(call, *ask, embedding->values(), true, &is_unknown);
          if (!keeps || !is_unknown) return call.reply(std::move(json));
          keep_and_reply(call, std::move(json), width, height, *embedding);
        });
      });
}

// Quick, or handed on to a worker.
void handle_query_json(const Call& call) {
  constexpr std::array<std::string_view, 2> kSubjects = {"vector", "id"};
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  const std::vector<Parameter> parameters = parameters_of(object, kSubjects);
  Parameters(parameters).require_known(kAskParameters);
  const Database& database = call.service->database();
  const Ask ask = ask_of(Parameters(parameters), database);
  simdjson::dom::element subject;
  std::optional<Embedding> embedding;
  std::uint64_t id = 0;
  if (object["vector"].get(subject) == simdjson::SUCCESS) {
    embedding = vector_of(subject, database.gallery().dimension());
  } else if (object["id"].get(id) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kUsage, "what is asked for? give a \"vector\" or the \"id\" of an item");
  } else {
    embedding = database.gallery().embedding(ItemId{id});
    if (!embedding) throw Error(ErrorCode::kNotFound, fmt::format("there is no item {}", id));
  }
  const bool is_quick = !ask.why && !ask.options.within && ask.options.filter.where.empty() &&
                        ask.options.k <= kQuickNeighbors;
  const bool is_new = id == 0;
  if (is_quick) return call.reply(decided(call, ask, embedding->values(), is_new));
  const bool is_taken = call.service->workers().submit([call, ask, is_new, embedding = *embedding] {
    call.guard([&] { call.reply(decided(call, ask, embedding.values(), is_new)); });
  });
  if (!is_taken) throw Error(ErrorCode::kBusy, "too many requests; try again");
}

void handle_query_batch(const Call& call) {
  constexpr std::array<std::string_view, 1> kSubjects = {"vectors"};
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  const std::vector<Parameter> parameters = parameters_of(object, kSubjects);
  Parameters(parameters).require_known(kAskParameters);
  const Database& database = call.service->database();
  Ask ask = ask_of(Parameters(parameters), database);
  simdjson::dom::array vectors;
  if (object["vectors"].get(vectors) != simdjson::SUCCESS || vectors.size() > kMostVectors) {
    throw Error(ErrorCode::kUsage,
                fmt::format("\"vectors\" is a list of at most {} vectors", kMostVectors));
  }
  const std::string name = ask.name;
  std::string json = "{\"answers\":[";
  std::size_t row = 0;
  for (const simdjson::dom::element entry : vectors) {
    const Embedding embedding = vector_of(entry, database.gallery().dimension());
    if (row > 0) json += ',';
    ask.name = fmt::format("{}:{}", name, row++);
    json += decided(call, ask, embedding.values());
  }
  call.reply(json + "]}");
}

}  // namespace simdb::server
