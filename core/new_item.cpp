#include "core/new_item.h"

#include <cstdint>
#include <string>

namespace simdb {

NewItem new_item(std::string_view class_name, const SourceImage& image) {
  return {{.class_name = std::string(class_name),
           .source = image.source,
           .digest = image.digest,
           .width = static_cast<std::uint32_t>(image.image.width),
           .height = static_cast<std::uint32_t>(image.image.height)},
          image.thumbnail};
}

}  // namespace simdb
