#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "database/item_selection.h"

namespace simdb {

/// Hands the lines of `simdb export` (docs/file_formats.md describes them) to `sink`, many at a
/// time, until that returns false: the header, then the items that are selected. Needs memory for
/// some thousand items. Returns how many it wrote. Throws Error(kCorruption) if an item has no
/// vector, and as Gallery does; calls `check` often and lets out what that throws.
std::uint64_t write_export_lines(
    const Gallery& gallery, const ItemSelection& selection,
    const std::function<bool(std::string_view)>& sink, const std::function<void()>& check = [] {});

}  // namespace simdb
