#include "cli/remote/read_analyses.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/analysis_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kPageEntries = 1000;
// It reads the whole gallery, after what others have asked for.
constexpr std::chrono::seconds kPatience{3600};

Sameness sameness_from(const Json& json) {
  for (const Sameness value : {Sameness::kFile, Sameness::kPixels}) {
    if (json == std::string(name_of(value))) return value;
  }
  return Sameness::kNear;
}

std::optional<float> float_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<float>());
}

ItemRecord named_item_from(const Json& json) {
  return {.id = ItemId{json.at("id").get<std::uint64_t>()},
          .info = {.class_name = json.at("class").get<std::string>(),
                   .source = json.at("source").get<std::string>()}};
}

}  // namespace

Json each_entry(Remote& remote, const Remote::Target& target, std::string_view name,
                const std::function<void(std::string_view)>& visit) {
  std::optional<Json> change;
  for (std::uint64_t after = 0;;) {
    Remote::Target page_target = target;
    const std::string answer =
        remote.get(page_target.with("after", after).with("limit", kPageEntries), kPatience);
    Json page = parse_answer(answer);
    if (change && page.at("change") != *change) {
      throw Error(ErrorCode::kBusy, "the database was changed while it was told; ask again");
    }
    change = page.at("change");
    for (const std::string_view entry : elements_of(answer, name)) visit(entry);
    if (!page.contains("next") || page.at("next").is_null()) return page;
    after = page.at("next").get<std::uint64_t>();
  }
}

DuplicateGroup duplicate_group_from(const Json& json) {
  DuplicateGroup group{.items = {},
                       .sameness = sameness_from(json.at("same")),
                       .is_conflict = json.at("conflict").get<bool>()};
  for (const Json& entry : json.at("items")) {
    group.items.push_back({.item = named_item_from(entry),
                           .sameness = sameness_from(entry.at("same")),
                           .similarity = entry.at("similarity").get<float>()});
    if (entry.contains("look")) group.items.back().look = entry.at("look").get<float>();
  }
  return group;
}

DoubtfulItem doubtful_item_from(const Json& json) {
  DoubtfulItem item{.item = named_item_from(json)};
  for (const Json& id : json.at("same_file")) {
    item.same_file.push_back(ItemId{id.get<std::uint64_t>()});
  }
  if (!json.at("other").is_null()) item.other_class = json.at("other").get<std::string>();
  item.own_share = json.at("own_share").get<double>();
  item.other_share = json.at("other_share").get<double>();
  item.is_confident = json.at("sure").get<bool>();
  return item;
}

void read_thresholds(const Json& page, DuplicateReport& report) {
  report.look_threshold = float_or_none(page.at("look_threshold"));
  report.vector_threshold = float_or_none(page.at("vector_threshold"));
}

void read_counts(const Json& page, LabelReview& review) {
  review.judged = page.at("judged").get<std::uint64_t>();
  review.kept = page.at("kept").get<std::uint64_t>();
  for (const Json& entry : page.at("small_classes")) {
    review.small_classes.push_back(
        {entry.at("class").get<std::string>(), entry.at("items").get<std::uint64_t>()});
  }
}

}  // namespace simdb::cli
