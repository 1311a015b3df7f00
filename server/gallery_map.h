#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simdb/gallery.h"

namespace simdb::server {

/// Where the items of a gallery lie beside each other, seen from where they spread most.
struct GalleryMap {
  std::size_t dims = 0;
  std::uint64_t of = 0;                      ///< items of the gallery
  std::vector<double> variance = {};         ///< per axis, its share of the whole
  std::vector<std::string> classes = {};     ///< of the items, in byte order
  std::vector<std::uint64_t> ids = {};       ///< of these, ascending
  std::vector<float> positions = {};         ///< `dims` for each; each axis has mean 0, and the
                                             ///< farthest number of all is 1 or -1
  std::vector<std::uint32_t> class_of = {};  ///< of each, a place in `classes`
};

/// The projection of the embeddings on their principal axes; of more than `most` items, that many
/// of them, evenly by id. The axes are those of as many items as fit 64 MiB (of embeddings longer
/// than 1,024 numbers: of 1,000 items). Calls `check` often and lets out what that throws.
GalleryMap map_of(const Gallery& gallery, std::size_t dims, std::size_t most,
                  const std::function<void()>& check);

}  // namespace simdb::server
