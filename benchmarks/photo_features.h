#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simdb/image_encoder.h"

namespace simdb::bench {

/// What turns pictures into rows: an encoder, or a baseline by its name.
struct FeatureSource {
  std::string name;
  std::shared_ptr<const ImageEncoder> encoder;  ///< null for a baseline
  std::vector<std::size_t> lengths;             ///< of the prefixes that are good by themselves too
};

/// Appends `raw` scaled to length 1; zeros, such as the pixels of a plain picture, become the first
/// axis. Throws Error(kUsage) for another number of floats.
void append_features(EmbeddingBatch& rows, std::span<const float> raw);

/// The first `count` floats of every row, scaled to length 1 again: what a nested embedding is cut
/// to. Throws Error(kUsage) unless 0 < count <= the dimension.
EmbeddingBatch prefix_of(const EmbeddingBatch& rows, std::size_t count);

/// The encoder in `file`. Its lengths are those of its note "nested" ("16,32,64") below its own.
FeatureSource encoder_source(const std::string& file);

/// The centre square of `image`, shrunk to side x side pixels (never grown): pictures as small
/// data sets store them. Throws Error(kBadInput) if the image is inconsistent.
Image stored_at(const Image& image, int side);

/// Decodes each file once, on all cores, and gives it to all sources: an EmbeddingBatch for each,
/// with one row per file. store_side = 0 leaves the pictures as they are. `progress` is told how
/// many files are done. Throws at the first file that can't be used.
std::vector<EmbeddingBatch> read_features(std::span<const std::filesystem::path> files,
                                          std::span<const FeatureSource> sources, int store_side,
                                          const std::function<void(std::size_t)>& progress = {});

}  // namespace simdb::bench
