#pragma once

#include "simdb/duplicates.h"
#include "simdb/gallery.h"

namespace simdb {

/// Tells the traits of a gallery's items from their thumbnails; nothing for one without a thumbnail
/// that can be read. The gallery must outlive it. Empty for a gallery without an encoder.
TraitsOf thumbnail_traits(const Gallery& gallery);

/// The traits of a thumbnail that is not stored yet.
std::optional<PictureTraits> traits_of_thumbnail(std::span<const std::byte> thumbnail);

}  // namespace simdb
