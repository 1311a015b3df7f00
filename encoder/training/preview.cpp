#include "encoder/training/preview.h"

#include <algorithm>

#include "encoder/training/augmentation.h"
#include "encoder/training/batch_sampler.h"
#include "encoder/training/embed.h"
#include "encoder/training/photographs.h"

namespace simdb::training {
namespace {

BatchShape shape_of(std::size_t classes, int rows) {
  constexpr int kClassesOfAGroup = 3;
  if (class_making(classes).unit == Unit::kClass) return {1, rows, 2};
  const int width = std::min(static_cast<int>(classes), kClassesOfAGroup);
  return {std::max(1, rows / std::max(1, width)), width, 2};
}

/// C x H x W in [0, 1].
Image to_image(const torch::Tensor& planes) {
  const torch::Tensor bytes =
      (planes * 255).round().to(torch::kUInt8).permute({1, 2, 0}).contiguous();
  const auto* first = bytes.data_ptr<std::uint8_t>();
  return {.width = static_cast<int>(planes.size(2)),
          .height = static_cast<int>(planes.size(1)),
          .channels = static_cast<int>(planes.size(0)),
          .pixels = std::vector<std::uint8_t>(first, first + bytes.numel())};
}

Image image_of(const LabeledImages& images, std::int64_t row) {
  const auto pixels = images.image(static_cast<std::size_t>(row));
  return {.width = images.input.width,
          .height = images.input.height,
          .channels = images.input.channels,
          .pixels = std::vector<std::uint8_t>(pixels.begin(), pixels.end())};
}

}  // namespace

std::vector<PreviewRow> preview_rows(const LabeledImages& images, const AugmentOptions& options,
                                     std::uint64_t seed, int rows, int copies) {
  const std::size_t classes = images.classes.size();
  const AugmentOptions resolved = resolve_augment(options, images.input.channels, classes,
                                                  images.size(), looks_like_photographs(images));
  BatchSampler sampler(images.labels, shape_of(classes, rows), seed);
  const Batch batch = sampler.next();
  const BatchShape shape = {sampler.shape().groups, sampler.shape().classes, copies};

  std::vector<std::int64_t> chosen;  // the first image of every class in the batch
  for (std::size_t i = 0; i < batch.rows.size(); i += sampler.shape().images) {
    chosen.push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> sources;
  for (const std::int64_t i : chosen) sources.insert(sources.end(), copies, batch.rows[i]);
  const torch::Tensor pixels = pixel_tensor(images).index_select(0, torch::tensor(sources));
  Augmenter augment(resolved, class_making(classes), seed);
  const Augmented changed = augment(to_planes(pixels), border_colors(pixels), shape);

  const bool makes_classes = resolved.colors || resolved.symmetry || resolved.mirror;
  std::vector<PreviewRow> preview;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    PreviewRow row;
    row.group = batch.groups[chosen[i]];
    row.label = static_cast<std::size_t>(batch.labels[chosen[i]]);
    const std::int64_t first = static_cast<std::int64_t>(i) * copies;
    if (makes_classes) {
      row.variant = variant_name(static_cast<int>(changed.variants[first].item<std::int64_t>()));
    }
    row.original = image_of(images, sources[first]);
    for (int copy = 0; copy < copies; ++copy) {
      row.copies.push_back(to_image(changed.planes[first + copy]));
    }
    preview.push_back(std::move(row));
  }
  return preview;
}

}  // namespace simdb::training
