#include "encoder/training/view_features.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "encoder/training/augmentation.h"
#include "encoder/training/embed.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

// Images whose changed pixels are held at a time.
constexpr std::size_t kChunk = 64;

/// Of the image and the view alone, so that other images come and go without changing it.
std::uint64_t seed_of(std::span<const std::uint8_t> pixels, std::uint32_t view) {
  const Sha256 digest = sha256(std::as_bytes(pixels));
  std::uint64_t seed = 0;
  std::memcpy(&seed, digest.data(), sizeof seed);
  return seed + view;
}

void append_changed(const LabeledImages& images, std::size_t row, std::uint32_t view,
                    const AugmentOptions& augment, std::vector<std::uint8_t>& pixels) {
  LabeledImages one;
  one.input = images.input;
  one.labels = {0};
  const auto original = images.image(row);
  one.pixels.assign(original.begin(), original.end());
  const torch::Tensor tensor = pixel_tensor(one);
  Augmenter change(augment, ClassMaking{}, seed_of(original, view));
  const Augmented changed = change(to_planes(tensor), border_colors(tensor), BatchShape{1, 1, 1});
  const torch::Tensor bytes =
      (changed.planes * 255).round().to(torch::kUInt8).permute({0, 2, 3, 1}).contiguous();
  const auto* begin = bytes.data_ptr<std::uint8_t>();
  pixels.insert(pixels.end(), begin, begin + bytes.numel());
}

}  // namespace

ViewOptions choose_views(int views, const AugmentOptions& augment, const LabeledImages& images) {
  ViewOptions options{views, parse_augment("none")};
  if (views > 1) {
    options.augment =
        resolve_augment(augment, images.input.channels, images.classes.size(), images.size());
    options.augment.colors = options.augment.symmetry = options.augment.mirror = false;
  }
  return options;
}

bool compute_features(LabeledImages& images, const BackboneFeatures& backbone, FeatureCache& cache,
                      const ViewOptions& options, const ProgressCallback& progress) {
  if (images.input != backbone.backbone().input) {
    throw Error(ErrorCode::kUsage, "the images are not fitted to the backbone's input");
  }
  const std::size_t size = images.input.values();
  ViewFeatures features{backbone.dimension(), static_cast<std::size_t>(options.views), {}};
  features.values.resize(images.size() * features.views * features.width);
  std::vector<std::uint8_t> changed;
  for (std::size_t view = 0; view < features.views; ++view) {
    const auto number = static_cast<std::uint32_t>(view);
    for (std::size_t begin = 0; begin < images.size(); begin += kChunk) {
      const std::size_t count = std::min(kChunk, images.size() - begin);
      std::span<const std::uint8_t> pixels =
          std::span(images.pixels).subspan(begin * size, count * size);
      if (view > 0) {
        changed.clear();
        for (std::size_t i = begin; i < begin + count; ++i) {
          append_changed(images, i, number, options.augment, changed);
        }
        pixels = changed;
      }
      const std::vector<float> found = cached_features(backbone, cache, pixels, number);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t place = ((begin + i) * features.views + view) * features.width;
        std::copy_n(found.begin() + static_cast<std::ptrdiff_t>(i * features.width), features.width,
                    features.values.begin() + static_cast<std::ptrdiff_t>(place));
      }
      const std::size_t done = view * images.size() + begin + count;
      if (progress && !progress(done, images.size() * features.views)) return false;
    }
  }
  images.features = std::move(features);
  return true;
}

}  // namespace simdb::training
