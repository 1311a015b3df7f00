#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"
#include "simdb/image.h"

// How well the default training recipe tells classes apart; docs/training.md has the figures.
namespace simdb::bench {

/// A picture named SHAPE_COLORn.png (or SHAPE_COLOR_n.png). Number n has one outline in every
/// colour.
struct ShapePicture {
  std::string shape;
  std::string color;
  int number = 0;
  Image image;
};

/// All such pictures at any depth below `folder`, ordered by name.
std::vector<ShapePicture> load_shape_pictures(const std::filesystem::path& folder);

enum class ShapeProtocol {
  kColors,        ///< train on 20 pictures of every colour, tell colours
  kShapes,        ///< train on 20 pictures of every shape, tell shapes
  kUnseenColors,  ///< train on all colours but one, add pictures of that one, tell colours
  kUnseenShapes,  ///< the same with shapes
};

/// One training and its test.
struct QualityRun {
  std::uint64_t seed = 0;
  std::string unseen_class;  ///< kUnseen...: the class that was added
  std::size_t tested = 0;
  double accuracy = 0;         ///< of all tested pictures
  double unseen_accuracy = 0;  ///< kUnseen...: of the added class
  double train_seconds = 0;
};

/// The options to train with on these images.
using Recipe = std::function<training::TrainOptions(const training::LabeledImages&)>;

using RunCallback = std::function<void(const QualityRun&)>;

/// Trains on pictures with n < 10, spread over the other attribute, and tests those with n >= 50 by
/// the vote of the 10 nearest of the training pictures (and of the five added ones). kUnseen...
/// makes one run for every class, which is added with `added` pictures.
void run_shape_protocol(const std::vector<ShapePicture>& pictures, ShapeProtocol protocol,
                        std::uint64_t seed, std::size_t added, const Recipe& recipe,
                        const RunCallback& on_run);

/// Any data with a folder per class: trains on half of the classes and looks every image of the
/// other half up among the rest of them. accuracy is recall@1.
QualityRun run_class_protocol(const std::filesystem::path& folder, std::uint64_t seed,
                              const Recipe& recipe);

}  // namespace simdb::bench
