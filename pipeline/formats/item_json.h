#pragma once

#include <span>
#include <string>
#include <string_view>

#include "simdb/item.h"

namespace simdb {

/// Appends a line of JSON: id, class, source, sha256, width, height, added of an item as
/// `ls --json` and `export` write it; changed, key and metadata where it has them. A source that is
/// not UTF-8, which JSON can't hold, is in source_bytes as well, in hexadecimal. The `vector`, if
/// one is given, is written in the fewest digits that read back as the same floats, bit for bit.
void append_json_line(std::string& out, const ItemRecord& item, std::span<const float> vector = {});

/// What source_bytes stands for. Throws Error(kBadInput) unless it is hexadecimal.
std::string source_from_hex(std::string_view hex);

}  // namespace simdb
