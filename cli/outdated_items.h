#pragma once

#include <iosfwd>
#include <span>
#include <vector>

#include "simdb/gallery.h"

namespace simdb::cli {

/// Items of the same classes that came from the same paths as the new ones, whose ids are sorted: a
/// file was changed in place. Whether the old picture still stands for its class is for its owner
/// to say.
std::vector<ItemId> outdated(const Gallery& gallery, std::span<const ItemId> added);
/// Says so.
void print_outdated(std::ostream& err, std::span<const ItemId> items);

}  // namespace simdb::cli
