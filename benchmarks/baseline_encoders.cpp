#include "benchmarks/baseline_encoders.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "encoder/preprocess.h"

namespace simdb::bench {
namespace {

std::vector<float> pixel_features(const Image& image) {
  InputSpec spec;
  spec.width = 12;
  spec.height = 12;
  const Image small = fit_to_input(image, spec);
  std::vector<float> features(small.pixels.begin(), small.pixels.end());
  const float mean =
      std::accumulate(features.begin(), features.end(), 0.0F) / static_cast<float>(features.size());
  for (float& value : features) value -= mean;
  // An image of one grey has no direction of its own: any fixed one will do.
  if (std::all_of(features.begin(), features.end(), [](float value) { return value == 0; })) {
    features.front() = 1;
  }
  return features;
}

std::vector<float> histogram_features(const Image& image) {
  constexpr std::size_t kLevels = 8;
  InputSpec spec;
  spec.width = 64;
  spec.height = 64;
  const Image colored = fit_to_input(image, spec);
  std::vector<float> counts(kLevels * kLevels * kLevels);
  for (std::size_t i = 0; i < colored.pixels.size(); i += 3) {
    std::size_t bin = 0;
    for (std::size_t c = 0; c < 3; ++c) bin = bin * kLevels + colored.pixels[i + c] * kLevels / 256;
    ++counts[bin];
  }
  for (float& count : counts) count = std::sqrt(count);
  return counts;
}

class FeatureEncoder final : public ImageEncoder {
 public:
  using Features = std::vector<float> (*)(const Image&);

  FeatureEncoder(std::string name, std::size_t dimension, Features features)
      : name_(std::move(name)), dimension_(dimension), features_(features) {}

  EmbeddingBatch encode(std::span<const Image> images) const override {
    EmbeddingBatch rows(dimension_);
    for (const Image& image : images) rows.append_normalized(features_(image));
    return rows;
  }
  std::size_t dimension() const noexcept override { return dimension_; }
  const std::string& fingerprint() const noexcept override { return name_; }

 private:
  std::string name_;
  std::size_t dimension_;
  Features features_;
};

}  // namespace

std::shared_ptr<const ImageEncoder> baseline_encoder(std::string_view name) {
  if (name == "pixels") return std::make_shared<FeatureEncoder>("pixels", 432, pixel_features);
  if (name == "histogram") {
    return std::make_shared<FeatureEncoder>("histogram", 512, histogram_features);
  }
  throw Error(ErrorCode::kUsage,
              "a baseline is 'pixels' or 'histogram', not '" + std::string(name) + "'");
}

}  // namespace simdb::bench
