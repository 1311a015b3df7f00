#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simdb/item.h"

namespace simdb {

/// id, class, source, sha256, width, height, added: an item as `ls --json` and `export` write it;
/// changed, key and metadata where it has them. A source that is not UTF-8, which JSON can't hold,
/// is in source_bytes as well, in hexadecimal.
nlohmann::ordered_json to_json(const ItemRecord& item);

/// The source of an item that to_json() wrote, byte by byte; empty if there is none. Throws
/// Error(kBadInput) if its source_bytes are not hexadecimal.
std::string source_of(const nlohmann::json& line);

}  // namespace simdb
