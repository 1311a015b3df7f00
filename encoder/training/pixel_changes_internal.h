#pragma once

#include <torch/types.h>

#include "encoder/training/random_tensors_internal.h"

// Changes of N x C x H x W planes in [0, 1] that leave every pixel at its place; every image draws
// for itself. `strength` is that of AugmentOptions, `borders` are N x C. The result may leave
// [0, 1] where it says so.
namespace simdb::training {

/// Lines thicker or thinner. What differs from the border colour is the line, so that ink on paper
/// and chalk on slate are treated alike. Images of one channel.
torch::Tensor change_stroke(const torch::Tensor& planes, const torch::Tensor& borders,
                            double strength, RandomTensors& random);

/// A blur by up to a 3 x 3 binomial kernel.
torch::Tensor blur(const torch::Tensor& planes, double strength, RandomTensors& random);

/// Half of the images lose what a picture stored in fewer pixels lacks: shrunk by averaging,
/// enlarged again by linear interpolation.
torch::Tensor coarsen(const torch::Tensor& planes, double strength, RandomTensors& random);

/// A rectangle in half of the images gets the border colour.
torch::Tensor erase(const torch::Tensor& planes, const torch::Tensor& borders, double strength,
                    RandomTensors& random);

/// Brightness and contrast; may leave [0, 1].
torch::Tensor change_light(const torch::Tensor& planes, double strength, RandomTensors& random);

/// Gaussian; may leave [0, 1].
torch::Tensor add_noise(const torch::Tensor& planes, double strength, RandomTensors& random);

/// Turns of colours about the grey axis (red becomes green at 120 degrees, grey stays): from angles
/// N to N x 3 x 3.
torch::Tensor hue_turns(const torch::Tensor& angles);

/// Small turns of the hue and changes of saturation: N x 3 x 3.
torch::Tensor draw_jitter(std::int64_t rows, double strength, RandomTensors& random);

/// Colours sent through `maps` (N x 3 x 3) about mid-grey; may leave [0, 1].
torch::Tensor map_colors(const torch::Tensor& planes, const torch::Tensor& maps);

}  // namespace simdb::training
