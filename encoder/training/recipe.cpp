#include "encoder/training/recipe.h"

#include <algorithm>

namespace simdb::training {
namespace {

// Below, a larger network learns the images by heart.
constexpr std::size_t kSmallSet = 500;
// Batches of so many images, whatever the epochs: seen when a longer training brought less than it
// cost.
constexpr int kFewestEpochs = 8;
constexpr int kMostEpochs = 400;
constexpr std::size_t kImagesShown = 1'000'000;

}  // namespace

TrainOptions recommend(const LabeledImages& images) {
  TrainOptions options;
  options.augment = choose_augment(images.input.channels, images.classes.size(), images.size());
  if (images.size() < kSmallSet) return options;
  options.network = network_preset("residual");
  options.weight_decay = 0.1;
  options.epochs = static_cast<int>(
      std::clamp<std::size_t>(kImagesShown / images.size(), kFewestEpochs, kMostEpochs));
  options.patience = options.epochs / 2;
  return options;
}

}  // namespace simdb::training
