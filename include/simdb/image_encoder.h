#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "simdb/embedding.h"
#include "simdb/image.h"

namespace simdb {

/// The port through which a database turns images into embeddings. Implementations are thread-safe.
class ImageEncoder {
 public:
  virtual ~ImageEncoder() = default;

  /// One embedding per image, in order. Images may differ in size. Throws Error(kBadInput) if an
  /// image has no pixels or its features have no direction (NaN or all zero); nothing is returned
  /// then.
  virtual EmbeddingBatch encode(std::span<const Image> images) const = 0;

  /// Length of the embeddings.
  virtual std::size_t dimension() const noexcept = 0;

  /// SHA-256 of the model file, in hexadecimal: embeddings compare only within one fingerprint.
  virtual const std::string& fingerprint() const noexcept = 0;
};

/// Makes the encoder with this fingerprint from the bytes of its model file, whose SHA-256 was
/// compared with it; throws Error(kBadInput) if they are no model. Databases call it when they
/// first need their encoder.
using EncoderLoader = std::function<std::shared_ptr<const ImageEncoder>(
    std::span<const std::byte> model, const std::string& fingerprint)>;

}  // namespace simdb
