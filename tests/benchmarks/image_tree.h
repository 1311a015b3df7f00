#pragma once

#include <filesystem>
#include <initializer_list>

#include "core/file_io.h"
#include "simdb/image_codec.h"
#include "tests/support/images.h"

namespace simdb::bench {

/// Writes a PNG file of one colour, with the folders above it.
inline void write_solid(const std::filesystem::path& path,
                        std::initializer_list<std::uint8_t> color) {
  std::filesystem::create_directories(path.parent_path());
  write_file_atomic(path, encode_png(test::solid_image(4, 4, color)));
}

}  // namespace simdb::bench
