#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/image_encoder.h"

namespace simdb::test {

/// An encoder without a network: the embedding is the histogram of the pixel bytes, so images of
/// like brightness are near each other. Any bytes are a model.
class FakeEncoder final : public ImageEncoder {
 public:
  FakeEncoder(std::span<const std::byte> model, std::size_t dimension)
      : dimension_(dimension), fingerprint_(to_hex(sha256(model))) {}

  EmbeddingBatch encode(std::span<const Image> images) const override {
    EmbeddingBatch embeddings(dimension_);
    for (const Image& image : images) {
      if (image.pixels.empty()) throw Error(ErrorCode::kBadInput, "the image has no pixels");
      std::vector<float> histogram(dimension_, 0.01F);
      for (const std::uint8_t value : image.pixels) histogram[value * dimension_ / 256] += 1;
      embeddings.append_normalized(histogram);
    }
    return embeddings;
  }
  std::size_t dimension() const noexcept override { return dimension_; }
  const std::string& fingerprint() const noexcept override { return fingerprint_; }

 private:
  std::size_t dimension_;
  std::string fingerprint_;
};

inline EncoderLoader fake_loader(std::size_t dimension) {
  return [dimension](std::span<const std::byte> model, const std::string& /*fingerprint*/) {
    return std::make_shared<const FakeEncoder>(model, dimension);
  };
}

/// A grey image of one brightness.
inline Image grey_image(std::uint8_t brightness) {
  return {4, 4, 1, std::vector<std::uint8_t>(16, brightness)};
}

}  // namespace simdb::test
