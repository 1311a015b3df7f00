#include "core/new_item.h"

#include <cstdint>
#include <string>

#include "core/class_name.h"

namespace simdb {

NewItem new_item(std::string_view class_name, const SourceImage& image) {
  return {{.class_name = std::string(class_name),
           .source = image.source,
           .digest = image.digest,
           .width = static_cast<std::uint32_t>(image.image.width),
           .height = static_cast<std::uint32_t>(image.image.height)},
          image.thumbnail};
}

void require_usable(const ItemInfo& info) {
  require_class_name(info.class_name);
  if (!info.key.empty()) require_name(info.key, "key", kMaxKeyBytes);
  require_metadata(info.metadata);
}

}  // namespace simdb
