#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/item.h"

namespace simdb::cli {

/// id, class, source, sha256, width, height, added: an item as `ls --json` and `export` write it.
nlohmann::ordered_json to_json(const ItemRecord& item);

}  // namespace simdb::cli
