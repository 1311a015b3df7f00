#include "core/gallery_identity.h"

#include "core/vector_space.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"

namespace simdb {

GalleryIdentity identity_of(std::span<const std::byte> model, std::size_t dimension) {
  require_valid_dimension(dimension);
  return {dimension, to_hex(sha256(model)), {model.begin(), model.end()}};
}

GalleryIdentity identity_of(const VectorSpace& space) {
  require_valid(space);
  const std::string text = description_of(space);
  const auto bytes = std::as_bytes(std::span(text));
  return {space.dimension, to_hex(sha256(bytes)), {bytes.begin(), bytes.end()}, space.name};
}

}  // namespace simdb
