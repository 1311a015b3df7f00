#pragma once

#include <span>
#include <string>

#include "simdb/image_codec.h"

namespace simdb::cli {

/// What --help says of --image-limit.
inline constexpr const char* kImageLimitHelp =
    "of each image, any of: megapixels=64, side=16384, file-mb=64, memory-mb=360, seconds=1.2, "
    "scans=100";

/// The default limits with changes like "megapixels=200". Throws Error(kUsage) for an unknown name
/// or a value that is no number above 0.
ImageLimits parse_image_limits(std::span<const std::string> changes);

}  // namespace simdb::cli
