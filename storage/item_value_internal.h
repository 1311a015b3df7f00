#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/item.h"

// Values of the store as bytes. Decoding verifies and throws Error(kCorruption), naming the id.
namespace simdb {

std::string encode_item(const ItemInfo& info, std::int64_t added_ms, std::int64_t changed_ms);
ItemRecord decode_item(ItemId id, std::string_view bytes);

/// The bytes of the floats, little-endian; views into `values`.
std::string_view encode_vector(std::span<const float> values);
/// Copies stored floats to `values`, whose size is the store's dimension.
void decode_vector(ItemId id, std::string_view bytes, std::span<float> values);

}  // namespace simdb
