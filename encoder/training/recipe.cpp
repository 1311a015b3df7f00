#include "encoder/training/recipe.h"

#include <algorithm>
#include <string_view>

#include "encoder/training/photographs.h"

namespace simdb::training {
namespace {

// Below, a larger network learns the images by heart.
constexpr std::size_t kSmallSet = 500;
// Images shown in a training, whatever the epochs: beyond, more brought less than they cost.
constexpr std::size_t kFewestEpochs = 8;
constexpr std::size_t kMostEpochs = 400;
constexpr std::size_t kImagesShown = 1'000'000;
// A small network learns from photographs what it can within minutes and then learns them by heart:
// docs/decisions/0018.
constexpr std::size_t kFewestPhotosShown = 40'000;
constexpr std::size_t kPhotoShows = 40;
// An epoch has 10 batches at least.
constexpr std::size_t kFewestImagesAnEpoch = 1'920;
constexpr int kFewestPatience = 8;

}  // namespace

TrainOptions recommend(const LabeledImages& images) {
  TrainOptions options;
  const bool photographs = looks_like_photographs(images);
  const std::string_view preset =
      choose_preset(images.input.channels, images.classes.size(), images.size(), photographs);
  options.augment = parse_augment(preset);
  // Many drawn signs are most often looked up as new classes, which gain by several views.
  if (preset == "glyph" || preset == "icons") options.test_views = kSizedViews;
  if (images.size() < kSmallSet) return options;
  options.network = network_preset("residual");
  options.weight_decay = 0.1;
  if (photographs) {
    const std::size_t shown =
        std::clamp(kPhotoShows * images.size(), kFewestPhotosShown, kImagesShown);
    const std::size_t epochs = shown / std::max(images.size(), kFewestImagesAnEpoch);
    options.epochs = static_cast<int>(std::max(epochs, kFewestEpochs));
    options.patience = std::max(kFewestPatience, options.epochs / 3);
    return options;
  }
  options.epochs =
      static_cast<int>(std::clamp(kImagesShown / images.size(), kFewestEpochs, kMostEpochs));
  options.patience = std::min(std::max(kFewestPatience, options.epochs / 4), options.epochs);
  return options;
}

}  // namespace simdb::training
