#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/progress.h"
#include "encoder/image/preprocess.h"
#include "simdb/class_folders.h"
#include "simdb/image_codec.h"

namespace simdb::training {

/// What a backbone found in the images: one row of `width` floats for every image and view. View 0
/// is the image as it is, the others are augmented copies.
struct ViewFeatures {
  std::size_t width = 0;
  std::size_t views = 0;
  std::vector<float> values;  ///< images x views x width; empty: there is no backbone
};

/// A training set: images brought to the network's input size, with their classes. A plain value.
struct LabeledImages {
  InputSpec input;
  std::vector<std::string> classes;  ///< in byte order of their names
  std::vector<int>
      parents;  ///< one per class: classes of one folder (an alphabet, say) share a number
  std::vector<int> labels;  ///< one per image: an index into `classes`
  std::vector<std::uint8_t>
      pixels;             ///< size() x input.values(), each image as fit_to_input leaves it
  ViewFeatures features;  ///< what is trained on in place of the pixels, if there are any

  std::size_t size() const noexcept { return labels.size(); }
  std::span<const std::uint8_t> image(std::size_t i) const {
    return std::span(pixels).subspan(i * input.values(), input.values());
  }
};

/// How a folder is read.
struct LoadOptions {
  InputSpec input;  ///< what images are brought to
  ClassLevel level = ClassLevel::kAuto;
  ImageLimits limits = {};
  bool choose_side = false;     ///< input.width = input.height = 48 if are_detailed(), else 28
  bool choose_resize = false;   ///< input.resize = kTrim if are_detailed(), else kFit
  bool choose_channels = true;  ///< input.channels = 1 if has_color() finds none, else 3
  std::size_t min_images = 2;   ///< of every class; training needs a pair
  std::size_t min_classes = 2;
  std::uint64_t max_bytes = 0;  ///< for the pixels of all images; 0: no bound
  std::size_t threads = 0;      ///< that decode; 0: all cores. The result does not depend on it
};

/// Told of every file or folder that is left out, and why. The images that can be read are used.
using SkipCallback =
    std::function<void(const std::filesystem::path& path, const std::string& reason)>;

/// Reads the classes that find_class_folders() finds in `folder`. A damaged image, or a class
/// without any, is skipped. The order is that of find_class_folders(), so that one folder always
/// gives one result. `progress` counts files; when it returns false before the last the result
/// is what was read so far, unchecked. Beside the result, memory holds one image for each thread
/// and some hundred fitted ones. Throws Error(kNotFound) if there is no such folder;
/// Error(kBadInput) if it has too few classes, or a class has too few readable images (naming it
/// and the remedy), or the pixels would take more than `max_bytes`; Error(kIo) if the system
/// refuses to list it.
LabeledImages load_labeled_images(const std::filesystem::path& folder, const LoadOptions& options,
                                  const SkipCallback& on_skip = {},
                                  const ProgressCallback& progress = {});

/// True for more than 20 classes of coloured images whose larger side is 48 pixels or more, since
/// such images are told apart by details (unseen emoji: 28 pixels 53 %, 48 pixels 59 %). Looks at
/// up to 64 of the images, evenly spread; passes over what can't be read.
bool are_detailed(std::span<const ClassFolder> folders, const ImageLimits& limits = {});

/// True if at least one image in twenty has colour: in 1 % of its pixels the largest and smallest
/// channel are more than 24 apart (scans and JPEG files of grey pictures stay below).
bool has_color(const LabeledImages& images);

}  // namespace simdb::training
