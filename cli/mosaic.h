#pragma once

#include <cstddef>
#include <span>

#include "simdb/image.h"

namespace simdb::cli {

/// Images of one size and number of channels side by side, `columns` in a row, each pixel `zoom`
/// pixels wide, with white lines between them. Throws Error(kUsage) if there are none, or their
/// sizes differ.
Image mosaic(std::span<const Image> images, std::size_t columns, int zoom = 1);

/// The zoom at which small images are seen well: their larger side becomes about 112 pixels, at
/// least 1.
int zoom_of(const Image& image) noexcept;

}  // namespace simdb::cli
