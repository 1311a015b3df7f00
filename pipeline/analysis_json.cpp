#include "pipeline/analysis_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/formats/json_text.h"

namespace simdb {

using Json = nlohmann::ordered_json;

std::string_view name_of(Sameness sameness) noexcept {
  return sameness == Sameness::kFile ? "file" : sameness == Sameness::kPixels ? "pixels" : "near";
}

std::string duplicate_group_json(const DuplicateGroup& group) {
  Json items = Json::array();
  for (const DuplicateItem& entry : group.items) {
    items.push_back({{"id", to_number(entry.item.id)},
                     {"class", entry.item.info.class_name},
                     {"source", entry.item.info.source},
                     {"same", name_of(entry.sameness)},
                     {"similarity", entry.similarity}});
    if (entry.look) items.back()["look"] = *entry.look;
  }
  return json_text({{"conflict", group.is_conflict},
                    {"same", name_of(group.sameness)},
                    {"items", std::move(items)}});
}

DuplicateCount count_of(const DuplicateReport& report) {
  DuplicateCount count;
  for (const DuplicateGroup& group : report.groups) {
    count.items += group.items.size();
    count.conflicts += group.is_conflict ? 1 : 0;
  }
  return count;
}

std::string doubtful_item_json(const DoubtfulItem& entry) {
  Json line = {{"id", to_number(entry.item.id)},
               {"class", entry.item.info.class_name},
               {"source", entry.item.info.source},
               {"conflict", !entry.same_file.empty()},
               {"other", nullptr},
               {"own_share", entry.own_share},
               {"other_share", entry.other_share},
               {"sure", entry.is_confident || !entry.same_file.empty()}};
  if (!entry.other_class.empty()) line["other"] = entry.other_class;
  Json& same_file = line["same_file"] = Json::array();
  for (const ItemId id : entry.same_file) same_file.push_back(to_number(id));
  Json& neighbors = line["neighbors"] = Json::array();
  for (const LabeledNeighbor& hit : entry.neighbors) {
    neighbors.push_back({{"id", to_number(hit.id)},
                         {"class", hit.class_name},
                         {"similarity", hit.similarity},
                         {"source", hit.source}});
  }
  return json_text(line);
}

std::string comparison_json(std::string_view a, std::string_view b, float similarity) {
  return json_text({{"a", a}, {"b", b}, {"similarity", similarity}});
}

}  // namespace simdb
