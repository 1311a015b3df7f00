#pragma once

#include <cstddef>
#include <span>

#include "core/image.h"

namespace simdb {

/// Decodes a whole JPEG file into grey or RGB as it is stored: four inks become RGB, nothing is
/// turned. What is damaged behind the header is decoded as far as libjpeg can, and what is missing
/// is filled up with grey. Throws std::runtime_error with the reason for what libjpeg refuses.
/// Prints nothing. Thread-safe.
Image decode_jpeg(std::span<const std::byte> jpeg);

}  // namespace simdb
