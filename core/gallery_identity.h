#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace simdb {

/// Written once, when a gallery is created.
struct GalleryIdentity {
  std::size_t dimension = 0;
  std::string encoder_fingerprint;  ///< SHA-256 of `encoder_model`, hexadecimal
  std::vector<std::byte> encoder_model;
  std::string space = {};  ///< where set, `encoder_model` is description_of() it
};

}  // namespace simdb
