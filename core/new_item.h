#pragma once

#include <string_view>

#include "simdb/image.h"
#include "simdb/item.h"

namespace simdb {

/// What is stored of an image under a class. Its pixels may be gone, its sizes not. Pure.
NewItem new_item(std::string_view class_name, const SourceImage& image);

/// Throws Error(kBadInput) on a class name, a key or metadata that can't be kept.
void require_usable(const ItemInfo& info);

}  // namespace simdb
