#pragma once

#include <cstdint>
#include <optional>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::training {

/// A draw of the classes that are set aside.
struct ClassDraw {
  std::uint64_t seed = 0;  ///< for split_off_classes()
  /// Standard deviation of the score on as many classes, by how much draws differ.
  double spread = 0;
};

/// Some classes are harder than others, and a dozen of them may promise far too much or too little.
/// Of 32 draws this is the one which is most like all classes to pixels, HOG and a colour
/// histogram: they have learned nothing, so they can be asked about all. Nothing where no classes
/// are set aside, or where there are more than 100: then draws differ less and this would take
/// long. A function of the images and options alone.
std::optional<ClassDraw> draw_typical_classes(const LabeledImages& images,
                                              const TrainOptions& options);

/// Makes the split of `options` that draw, unless they name one. Returns the spread; 0: not known.
double choose_split(const LabeledImages& images, TrainOptions& options);

}  // namespace simdb::training
