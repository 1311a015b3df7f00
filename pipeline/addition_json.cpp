#include "pipeline/addition_json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/formats/json_text.h"

namespace simdb {
namespace {

using Json = nlohmann::ordered_json;

Json id_of(std::optional<ItemId> id) {
  return id && *id != ItemId{} ? Json(to_number(*id)) : nullptr;
}

}  // namespace

std::string addition_json(const std::string& path, const std::string& class_name,
                          const AddedItem& item, const DuplicateImage* duplicate) {
  Json json;
  if (!path.empty()) json["path"] = path;
  json["class"] = class_name;
  json["id"] = id_of(item.id);
  json["added"] = item.is_new;
  json["updated"] = item.is_updated;
  if (duplicate != nullptr) {
    json["duplicate_of"] = {{"id", id_of(duplicate->item)},
                            {"class", duplicate->class_name},
                            {"same", duplicate->is_same_file ? "file" : "pixels"}};
  }
  return json_text(json);
}

}  // namespace simdb
