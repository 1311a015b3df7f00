#include <fmt/format.h>
#include <simdjson.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/class_name.h"
#include "pipeline/answer_json.h"
#include "pipeline/formats/json_text.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "server/unknowns.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::uint64_t kMostPictures = 100;  // of a page: each is asked

std::uint64_t id_in_path(const Call& call) { return to_number(id_of(call.path_values.at(0))); }

SourceImage decoded(const Call& call, std::span<const std::byte> file) {
  SourceImage image = source_image(file, "the image", call.service->options().limits);
  image.source.clear();
  return image;
}

// Where the gallery has another encoder since, it is encoded again; nothing if that is impossible.
std::optional<Embedding> embedding_of(const Call& call, const Unknown& picture) {
  if (picture.embedding) return picture.embedding;
  Service& service = *call.service;
  try {
    const Image pixels = decoded(call, service.unknowns().image(picture.id)).image;
    Embedding embedding = service.database().encoder().encode(std::span(&pixels, 1)).at(0);
    service.unknowns().set_embedding(picture.id, embedding);
    return embedding;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) service.log("error", call.request->id, error.what());
    return std::nullopt;
  }
}

// What POST /v1/query?k=5 answers now; "null" for a picture without an embedding.
std::vector<std::string> answers_now(const Call& call, const std::vector<Unknown>& pictures) {
  Service& service = *call.service;
  const Database& database = service.database();
  std::vector<std::string> answers(pictures.size(), "null");
  std::vector<std::size_t> asked;
  EmbeddingBatch batch(database.gallery().dimension());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto embedding = embedding_of(call, pictures[i]);
    if (!embedding) continue;
    asked.push_back(i);
    batch.append(*embedding);
  }
  if (asked.empty()) return answers;
  const std::vector<Parameter> parameters = {{"k", "5"}};
  const Ask ask = ask_of(Parameters(parameters), database);
  const Decider decider(database, ask.options, service.decisions().sets(ask.alpha),
                        ask.by_similarity);
  const std::vector<Answer> made = decider.answers(batch, database.query_batch(batch, ask.options));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    answers[asked[i]] = answer_json(ask.name, made[i], decider);
  }
  return answers;
}

}  // namespace

void keep_and_reply(const Call& call, std::string json, int width, int height,
                    const Embedding& embedding) {
  Unknown picture{.width = width, .height = height, .embedding = embedding};
  const auto kept = std::make_shared<Unknown>(std::move(picture));
  // Not by the thread that has others to encode: the disk may take its time.
  call.service->workers().go_on([call, kept, json = std::move(json)] {
    call.guard([&] {
      const std::span<const std::byte> file = bytes_of(*call.request);
      kept->digest = sha256(file);
      call.service->unknowns().keep(std::move(*kept), file);
      call.reply(json);
    });
  });
}

void handle_unknowns(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const std::uint64_t after = parameters.whole("after", 0, UINT64_MAX).value_or(0);
  const std::uint64_t limit = parameters.whole("limit", 1, kMostPictures).value_or(kMostPictures);
  const Unknowns& unknowns = call.service->unknowns();
  const std::vector<Unknown> page = unknowns.page(after, limit);
  const std::vector<std::string> answers = answers_now(call, page);
  std::string json = "{\"unknowns\":[";
  for (std::size_t i = 0; i < page.size(); ++i) {
    const Unknown& picture = page[i];
    json +=
        fmt::format(R"({}{{"id":{},"time":"{}","width":{},"height":{},"bytes":{},"answer":{}}})",
                    i == 0 ? "" : ",", picture.id, iso_time(picture.time), picture.width,
                    picture.height, picture.bytes, answers[i]);
  }
  json += fmt::format("],\"total\":{},\"next\":{}}}", unknowns.size(),
                      page.size() < limit ? "null" : std::to_string(page.back().id));
  call.reply(std::move(json));
}

void handle_unknown_image(const Call& call) {
  const std::uint64_t id = id_in_path(call);
  call.reply(file_response(call, call.service->unknowns().image(id), fmt::format("\"u-{}\"", id)));
}

// In this order, so that a kill in between leaves a picture that is known now; to name it again
// changes nothing.
void handle_name_unknown(const Call& call) {
  const std::uint64_t id = id_in_path(call);
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"class"});
  Addition addition;
  addition.label.class_name = text_field(object, "class");
  require_class_name(addition.label.class_name);
  const Unknowns& unknowns = call.service->unknowns();
  addition.bytes = unknowns.image(id);
  addition.image = decoded(call, addition.bytes);
  const auto picture = unknowns.find(id);
  const auto embedding = picture ? embedding_of(call, *picture) : std::nullopt;
  if (!embedding) throw Error(ErrorCode::kBadInput, "the picture can't be encoded");
  addition.embedding.assign(embedding->values().begin(), embedding->values().end());
  addition.image.image.pixels.clear();
  add_and_reply(call, std::move(addition));
}

void handle_delete_unknowns(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"ids"});
  std::vector<std::uint64_t> ids;
  for (const ItemId id : ids_of(object)) ids.push_back(to_number(id));
  call.reply(fmt::format("{{\"deleted\":{}}}", call.service->unknowns().forget(ids)));
}

}  // namespace simdb::server
