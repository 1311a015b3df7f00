#pragma once

#include <span>

#include "encoder/model/onnx_model_backbone.h"

namespace simdb {

/// Networks side by side as one: their features, each network's scaled to length 1, one after
/// another. Two networks that were trained in different ways err on different images, so what they
/// find together is more than the better one finds (Hansen and Salamon 1990).
///
/// The result sees images of the largest width and height among the parts, in colour if one part
/// does; the others see them shrunk by area averaging, in grey by ITU-R BT.601 luma, with their own
/// mean and scale. `parts` are two or more, each with its features as BackboneFeatures leaves them.
/// `resize` and `background` are those of the first. Throws Error(kBadInput), naming two parts, if
/// their inputs are not of one aspect ratio or an operator means something else in the other's
/// opset. Thread-safe.
Backbone join_backbones(std::span<const Backbone> parts);

}  // namespace simdb
