#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "simdb/image.h"
#include "simdb/image_encoder.h"

// What a trained encoder must beat.
namespace simdb::bench {

/// Features that need no training, not scaled to length 1. Transparent images stand on white.
/// "pixels": the colours of a 32 x 32 version, less the image's mean (3,072 floats).
/// "histogram": how often each of 8 x 8 x 8 colours occurs, square roots (512 floats).
/// "hog": histograms of oriented gradients (Dalal and Triggs, 2005) of a 64 x 64 grey version:
/// cells of 8 x 8, 9 directions without sign, blocks of 2 x 2 cells, clipped at 0.2 (1,764 floats).
/// "hog+histogram": both, each scaled to length 1.
/// Throws Error(kUsage) for another name. Thread-safe.
std::vector<float> baseline_features(std::string_view name, const Image& image);

/// "pixels": the colours of a 12 x 12 version, less the image's mean (432 floats).
/// "histogram": how often each of 8 x 8 x 8 colours occurs, square roots (512 floats; the dot
/// product is then the Bhattacharyya coefficient). Transparent images stand on white. Throws
/// Error(kUsage) for another name. The encoders are immutable and thread-safe.
std::shared_ptr<const ImageEncoder> baseline_encoder(std::string_view name);

}  // namespace simdb::bench
