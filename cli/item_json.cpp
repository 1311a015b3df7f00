#include "cli/item_json.h"

#include <nlohmann/json.hpp>

#include "cli/render.h"
#include "core/digest.h"

namespace simdb::cli {

nlohmann::ordered_json to_json(const ItemRecord& item) {
  return {{"id", to_number(item.id)},        {"class", item.info.class_name},
          {"source", item.info.source},      {"sha256", to_hex(item.info.digest)},
          {"width", item.info.width},        {"height", item.info.height},
          {"added", iso_time(item.added_ms)}};
}

}  // namespace simdb::cli
