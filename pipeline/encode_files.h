#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "core/image_encoder.h"
#include "encoder/image/image_codec.h"

namespace simdb {

/// An image file that could not be used, and why.
struct FileFailure {
  std::filesystem::path path;
  ErrorCode code;
  std::string message;
};

/// A run of consecutive files, read and encoded. images[i] and row i of embeddings belong to
/// paths[indices[i]].
struct EncodedFiles {
  explicit EncodedFiles(std::size_t dimension) : embeddings(dimension) {}

  std::size_t end = 0;  ///< files before this index have been dealt with
  std::vector<std::size_t> indices;
  std::vector<SourceImage> images;  ///< with their sizes, without their pixels
  EmbeddingBatch embeddings;
  std::vector<FileFailure> failures;  ///< files of the run that are not among `images`
};

/// Reads, decodes and encodes files on all cores and hands them to `consume` in order, on the
/// calling thread, while the next ones are being encoded. Runs hold whatever is ready, so a slow
/// consumer gets longer ones. Stops early when `consume` returns false. Bad files are failures of a
/// run; anything else (out of memory, what `consume` throws) is thrown after all threads have
/// stopped.
void encode_files(const ImageEncoder& encoder, std::span<const std::filesystem::path> paths,
                  const std::function<bool(EncodedFiles&)>& consume,
                  const ImageLimits& limits = {});

}  // namespace simdb
