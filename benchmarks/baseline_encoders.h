#pragma once

#include <memory>
#include <string_view>

#include "core/image_encoder.h"

// What a trained encoder must beat.
namespace simdb::bench {

/// "pixels": the colours of a 12 x 12 version, less the image's mean (432 floats).
/// "histogram": how often each of 8 x 8 x 8 colours occurs, square roots (512 floats; the dot
/// product is then the Bhattacharyya coefficient). Transparent images stand on white. Throws
/// Error(kUsage) for another name. The encoders are immutable and thread-safe.
std::shared_ptr<const ImageEncoder> baseline_encoder(std::string_view name);

}  // namespace simdb::bench
