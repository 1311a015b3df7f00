#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "pipeline/confusion.h"
#include "pipeline/formats/json_text.h"
#include "server/analysis_replies.h"
#include "server/api_internal.h"
#include "server/gallery_map.h"
#include "server/parameters.h"

namespace simdb::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostAsked = 20'000;
constexpr std::size_t kMostShown = 200'000;

// Without the braces.
std::string members_of(const Json& json) {
  const std::string text = json_text(json);
  return text.substr(1, text.size() - 2);
}

Json to_json(const Confusion& found, double alpha) {
  Json json = {{"items", found.items},
               {"of", found.of},
               {"accuracy", found.quality.accuracy},
               {"balanced_accuracy", found.quality.balanced_accuracy},
               {"classes", Json::array()},
               {"confusions", Json::array()},
               {"calibration_error", found.quality.calibration_error},
               {"reliability", Json::array()},
               {"unknown", nullptr}};
  for (const Confusion::OfClass& entry : found.classes) {
    json["classes"].push_back(
        {{"class", entry.class_name}, {"items", entry.items}, {"right", entry.right}});
  }
  for (const Confusion::Pair& entry : found.confusions) {
    json["confusions"].push_back(
        {{"class", entry.class_name}, {"predicted", entry.predicted}, {"items", entry.items}});
  }
  for (const CalibrationBin& bin : found.reliability) {
    json["reliability"].push_back(
        {{"confidence", bin.confidence}, {"accuracy", bin.accuracy}, {"items", bin.answers}});
  }
  if (found.unknown) json["unknown"] = {{"alpha", alpha}, {"rejected", found.unknown->share()}};
  return json;
}

template <typename T>
void append_bytes(std::string& out, const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

Analysis analysis_of(const GalleryMap& map) {
  Analysis made;
  made.text = members_of({{"items", map.ids.size()},
                          {"of", map.of},
                          {"dims", map.dims},
                          {"variance", map.variance},
                          {"classes", map.classes}});
  std::string& bytes = made.entries.emplace_back();
  append_bytes(bytes, map.ids);
  append_bytes(bytes, map.positions);
  append_bytes(bytes, map.class_of);
  return made;
}

std::string whole_json(const Analysis& analysis) {
  return fmt::format("{{\"change\":{},{}}}", analysis.change, analysis.text);
}

// The length of the JSON, the JSON, and behind it, where a multiple of 8 is, the arrays.
Response render_map(const Analysis& analysis) {
  Response response{.content_type = "application/octet-stream"};
  std::string json = whole_json(analysis);
  json.resize((json.size() + 4 + 7) / 8 * 8 - 4, ' ');
  append_bytes(response.body, std::vector{static_cast<std::uint32_t>(json.size())});
  response.body += json;
  response.body += analysis.entries.front();
  return response;
}

}  // namespace

void handle_confusion(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  Service& service = *call.service;
  const QueryOptions options = vote_options(parameters, service.database());
  const double alpha = alpha_of(parameters);
  // Both may change without the items.
  const std::string name =
      fmt::format("confusion {} {} {} {} {}", options.k, options.rule.temperature,
                  options.rule.size_exponent, alpha, service.decisions().version());
  reply_analysis(
      call, name, {},
      [&service, options, alpha](const std::function<void()>& check) {
        const auto sets = service.decisions().sets(alpha);
        const Confusion found =
            find_confusion(service.database().gallery(), options, sets.get(), kMostAsked, check);
        return Analysis{.text = members_of(to_json(found, alpha))};
      },
      [](const Analysis& analysis) { return Response{.body = whole_json(analysis) + '\n'}; });
}

void handle_map(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const std::uint64_t dims = parameters.whole("dims", 2, 3).value_or(3);
  const Gallery& gallery = call.service->database().gallery();
  reply_analysis(
      call, fmt::format("map {}", dims), {},
      [&gallery, dims](const std::function<void()>& check) {
        return analysis_of(map_of(gallery, dims, kMostShown, check));
      },
      render_map);
}

}  // namespace simdb::server
