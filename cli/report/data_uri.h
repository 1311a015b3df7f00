#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace simdb::cli {

/// "data:image/png;base64,..." for the bytes of a PNG, JPEG, WebP, GIF, TIFF or BMP file; empty for
/// any other.
std::string image_data_uri(std::span<const std::byte> bytes);

}  // namespace simdb::cli
