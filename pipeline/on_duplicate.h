#pragma once

#include <optional>
#include <string_view>

#include "simdb/ingest.h"

namespace simdb {

/// What "add", "skip", "warn" and "refuse" stand for; nothing for another word.
std::optional<OnDuplicate> parse_on_duplicate(std::string_view word);

}  // namespace simdb
