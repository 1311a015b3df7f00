#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "simdb/vector_space.h"

namespace simdb {

/// Written once, when a gallery is created.
struct GalleryIdentity {
  std::size_t dimension = 0;
  std::string encoder_fingerprint;  ///< SHA-256 of `encoder_model`, hexadecimal
  std::vector<std::byte> encoder_model;
  std::string space = {};  ///< where set, `encoder_model` is description_of() it
};

/// Of a gallery around an encoder. Throws Error(kUsage) on an invalid dimension.
GalleryIdentity identity_of(std::span<const std::byte> model, std::size_t dimension);
/// Of one without. Throws Error(kBadInput) on a name that can't be used, Error(kUsage) as above.
GalleryIdentity identity_of(const VectorSpace& space);

}  // namespace simdb
