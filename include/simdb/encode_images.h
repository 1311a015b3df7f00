#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/error.h"
#include "simdb/image.h"
#include "simdb/image_codec.h"
#include "simdb/image_encoder.h"

namespace simdb {

/// Images to encode: files, bytes or pixels. A view of what the caller holds.
struct ImageList {
  std::size_t size = 0;
  /// Reads and decodes the i-th. Called on any thread, now and then a second time for the same
  /// image. Throws Error for one that can't be used.
  std::function<SourceImage(std::size_t)> load;
  /// What messages call the i-th.
  std::function<std::string(std::size_t)> name;
  /// The digest and the source of the i-th as load() gives them, without decoding it. May be empty.
  std::function<SourceImage(std::size_t)> identify = {};
  /// The bytes of the i-th's file, read anew; nothing if there are more than `max`. Errors as
  /// load(). Empty where there are no files.
  std::function<std::optional<std::vector<std::byte>>(std::size_t, std::uint64_t max)> bytes = {};
};

/// The embedding of an image that is known by its digest, with its sizes and thumbnail put into the
/// image; or nothing. Called on any thread.
using KnownEmbedding = std::function<std::optional<Embedding>(SourceImage&)>;

/// The bytes of an image file that lie in memory. `name` becomes the source of its item.
struct EncodedImage {
  std::span<const std::byte> bytes;
  std::string name;
};

/// Views of files, of their bytes, and of pixels (see source_image() for their digest and
/// thumbnail). What they view must outlive them.
ImageList list_of(std::span<const std::filesystem::path> files, const ImageLimits& limits = {});
ImageList list_of(std::span<const EncodedImage> images, const ImageLimits& limits = {});
ImageList list_of(std::span<const Image> images);

/// An image that could not be used, and why.
struct ImageFailure {
  std::size_t index = 0;  ///< in the list
  ErrorCode code{};
  std::string message;  ///< names the image
};

/// A run of consecutive images, decoded and encoded. images[i] and row i of embeddings belong to
/// image indices[i] of the list.
struct EncodedRun {
  explicit EncodedRun(std::size_t dimension) : embeddings(dimension) {}

  std::size_t end = 0;  ///< images before this index have been dealt with
  std::vector<std::size_t> indices;
  std::vector<SourceImage> images;  ///< with their sizes, without their pixels
  EmbeddingBatch embeddings;
  std::vector<ImageFailure> failures;  ///< those of the run that are not among `images`
};

/// Loads and encodes images on all cores and hands them to `consume` in order, on the calling
/// thread, while the next ones are being encoded. Runs hold whatever is ready, a few tenths of a
/// second's work or, for a slow consumer, more. Stops early when `consume` returns false. Bad
/// images are failures of a run; anything else (out of memory, what `consume` throws) is thrown
/// after all threads have stopped. Those that the list can identify and that are `known` are
/// neither decoded nor encoded. Thread-safe.
void encode_images(const ImageEncoder& encoder, const ImageList& images,
                   const std::function<bool(EncodedRun&)>& consume,
                   const KnownEmbedding& known = {});

}  // namespace simdb
