#include "pipeline/thumbnail_traits.h"

#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb {

std::optional<PictureTraits> traits_of_thumbnail(std::span<const std::byte> thumbnail) {
  if (thumbnail.empty()) return std::nullopt;
  try {
    return traits_of(decode_image(thumbnail, "the thumbnail"));
  } catch (const Error&) {
    return std::nullopt;  // 'simdb verify --deep' names it
  }
}

TraitsOf thumbnail_traits(const Gallery& gallery) {
  if (!gallery.space().empty()) return {};
  return [&gallery](ItemId id) { return traits_of_thumbnail(gallery.thumbnail(id)); };
}

}  // namespace simdb
