#pragma once

#include <string>
#include <utility>
#include <vector>

#include "simdb/image_encoder.h"

namespace simdb::test {

/// An encoder whose features are the first pixel's colour: red, green and blue are as far apart as
/// can be, and a black first pixel has no features.
class FirstPixelEncoder final : public ImageEncoder {
 public:
  explicit FirstPixelEncoder(std::string fingerprint = "first pixel")
      : fingerprint_(std::move(fingerprint)) {}

  EmbeddingBatch encode(std::span<const Image> images) const override {
    EmbeddingBatch rows(16);
    for (const Image& image : images) {
      std::vector<float> row(16, 0);
      for (std::size_t c = 0; c < 3; ++c) row[c] = image.pixels[c];
      rows.append_normalized(row);
    }
    return rows;
  }
  std::size_t dimension() const noexcept override { return 16; }
  const std::string& fingerprint() const noexcept override { return fingerprint_; }

 private:
  std::string fingerprint_;
};

}  // namespace simdb::test
