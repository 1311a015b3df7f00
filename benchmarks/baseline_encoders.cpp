#include "benchmarks/baseline_encoders.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/baseline_features.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

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

std::vector<float> baseline_features(std::string_view name, const Image& image) {
  if (name == "pixels") return pixel_features(image, 32);
  if (name == "histogram") return histogram_features(image);
  if (name == "hog") return hog_features(image);
  if (name == "hog+histogram") {
    std::vector<float> features = hog_features(image);
    std::vector<float> colours = histogram_features(image);
    scale_to_length_1(features);
    scale_to_length_1(colours);
    features.insert(features.end(), colours.begin(), colours.end());
    return features;
  }
  throw Error(ErrorCode::kUsage, "there is no baseline '" + std::string(name) + "'");
}

std::shared_ptr<const ImageEncoder> baseline_encoder(std::string_view name) {
  if (name == "pixels") {
    return std::make_shared<FeatureEncoder>(
        "pixels", 432, [](const Image& image) { return pixel_features(image, 12); });
  }
  if (name == "histogram") {
    return std::make_shared<FeatureEncoder>("histogram", 512, histogram_features);
  }
  throw Error(ErrorCode::kUsage,
              "a baseline is 'pixels' or 'histogram', not '" + std::string(name) + "'");
}

}  // namespace simdb::bench
