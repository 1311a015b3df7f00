#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/backbone_features.h"

namespace simdb::test {

/// How exporters write down the limits of a Clip.
enum class ClipForm {
  kInputs,      ///< initializers, from opset 11 on
  kConstants,   ///< outputs of Constant nodes, as PyTorch has them
  kAttributes,  ///< up to opset 10
  kMostOnly,    ///< an input for the upper one only
  kMostAttributeOnly,
  kLeastOnly,  ///< an input for `clip` as the lower limit; no upper one
  kLeastAttributeOnly,
};

/// An image model as others export it, in the ways in which exports differ. Weights depend on the
/// seed alone.
struct BackboneRecipe {
  InputSpec input = {.width = 12, .height = 10};
  int opset = 11;
  int batch = 0;            ///< 0: free
  bool free_size = false;   ///< width and height are free
  bool batch_norm = false;  ///< behind the first convolution
  bool residual = false;    ///< a second convolution, added to its input
  bool planes = false;      ///< the output is what otherwise is averaged: N x 8 x height x width
  bool reshape = false;     ///< Reshape to [batch, 8] instead of Flatten
  bool one_image = false;   ///< Reshape to [-1] and Unsqueeze: a row whatever the batch
  bool worked_out_shape = false;  ///< Reshape to [side 0 of the input's Shape, -1]
  bool gate = false;  ///< channels are multiplied by the sigmoid of their mean (squeeze, excite)
  float clip = 0;     ///< the features are clipped to [0, clip]
  ClipForm clip_form = ClipForm::kInputs;
  bool layer_norm = false;        ///< one node behind the average, from opset 17 on
  bool gelu = false;              ///< one node behind the average, from opset 20 on
  bool unknown_operator = false;  ///< something that OpenCV does not know
  bool listed_weights = false;    ///< weights among the inputs, as IR version 3 has them
  int features = 8;               ///< channels of the convolutions
  std::string prefix = {};        ///< in front of all names
  unsigned seed = 1;
};

inline constexpr int kBackboneFeatures = 8;

/// Conv 3 x 3 with stride 2 to 8 channels, ReLU, average over the picture: features; bytes of an
/// ONNX file. The first ReLU's output is called "early", a second output "side".
std::vector<std::byte> make_backbone(const BackboneRecipe& recipe = {});

/// The net of make_backbone(recipe), read and tried out.
BackboneFeatures load_backbone(const BackboneRecipe& recipe, const std::string& output = {});

/// The same for the same input; `images` one after another, as fit_to_input leaves them.
std::vector<std::uint8_t> random_pixels(const InputSpec& input, std::size_t images);

}  // namespace simdb::test
