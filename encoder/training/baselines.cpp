#include "encoder/training/baselines.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "encoder/image/baseline_features.h"
#include "encoder/training/embed.h"
#include "encoder/training/new_classes.h"
#include "encoder/training/samples.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

using Features = std::vector<float> (*)(const Image&);

std::vector<float> small_pixels(const Image& image) {
  constexpr int kSide = 32;
  return pixel_features(image, kSide);
}

Features find(std::string_view name) {
  constexpr std::array<Features, kBaselines.size()> kFeatures = {small_pixels, hog_features,
                                                                 histogram_features};
  const auto* const found = std::find(kBaselines.begin(), kBaselines.end(), name);
  if (found == kBaselines.end()) {
    throw Error(ErrorCode::kUsage, "there is no baseline '" + std::string(name) + "'");
  }
  return kFeatures[static_cast<std::size_t>(found - kBaselines.begin())];
}

Image image_of(const LabeledImages& images, std::size_t row) {
  const auto pixels = images.image(row);
  return {images.input.width,
          images.input.height,
          images.input.channels,
          {pixels.begin(), pixels.end()}};
}

torch::Tensor encoder_rows(const ImageEncoder& encoder, const LabeledImages& images,
                           std::span<const std::size_t> rows) {
  constexpr std::size_t kAtOnce = 64;
  EmbeddingBatch found(encoder.dimension());
  for (std::size_t begin = 0; begin < rows.size(); begin += kAtOnce) {
    std::vector<Image> part;
    for (const std::size_t row : rows.subspan(begin, std::min(kAtOnce, rows.size() - begin))) {
      part.push_back(image_of(images, row));
    }
    found.append(encoder.encode(part));
  }
  return to_tensor(found);
}

}  // namespace

torch::Tensor baseline_rows(std::string_view name, const LabeledImages& images,
                            std::span<const std::size_t> rows) {
  constexpr std::size_t kPiece = 16;
  const Features features = find(name);
  std::vector<std::vector<float>> found(rows.size());
  parallel_for(rows.size(), kPiece, core_count(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      found[i] = features(image_of(images, rows[i]));
    }
  });
  const std::size_t width = found.empty() ? 1 : found.front().size();
  const torch::Tensor table =
      torch::empty({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(width)});
  auto* to = table.data_ptr<float>();
  for (const auto& values : found) {
    double squares = 0;
    for (const float value : values) squares += static_cast<double>(value) * value;
    const auto length = static_cast<float>(std::sqrt(squares));
    for (const float value : values) *to++ = value / length;
  }
  return table;
}

std::vector<Baseline> trivial_baselines() {
  std::vector<Baseline> baselines;
  for (const std::string_view name : kBaselines) {
    baselines.push_back(
        {std::string(name), [name](const LabeledImages& images, std::span<const std::size_t> rows) {
           return baseline_rows(name, images, rows);
         }});
  }
  return baselines;
}

Baseline encoder_baseline(std::string name, std::shared_ptr<const ImageEncoder> encoder) {
  return {std::move(name), [encoder = std::move(encoder)](const LabeledImages& images,
                                                          std::span<const std::size_t> rows) {
            return encoder_rows(*encoder, images, rows);
          }};
}

Baseline network_baseline(std::string name, TrainableEncoder& network) {
  return {std::move(name),
          [&network](const LabeledImages& images, std::span<const std::size_t> rows) {
            const std::vector<std::size_t> chosen(rows.begin(), rows.end());
            const Samples samples = select(all_samples(images), chosen);
            return to_tensor(embed(network, samples.pixels, images.input));
          }};
}

}  // namespace simdb::training
