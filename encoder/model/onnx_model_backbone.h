#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/runner_kind.h"

namespace simdb {

// Anyone's image model (a ResNet, MobileNet, EfficientNet, ...) as the first part of an encoder: it
// turns an image into features, a trained head turns these into an embedding, and both are written
// as one model file.

/// What a model fixes.
struct BackboneInput {
  int width = 0;  ///< 0 where it takes any size; likewise the others
  int height = 0;
  int channels = 0;
  std::string embedding = {};  ///< the output of an encoder of simdb; empty: of others
};

/// A model cut down to what leads from the image to the features. A plain value.
struct Backbone {
  std::string name;    ///< for messages and the note in the merged file
  std::string digest;  ///< SHA-256 of the file it was read from, in hexadecimal; else of `model`
  std::string output;  ///< the tensor that is taken as features
  std::string reason;  ///< why this one, where none was named and there was a choice; or empty
  InputSpec input;
  std::vector<std::byte> model;  ///< ONNX: one input, N x channels x height x width; one output
  std::size_t features = 0;      ///< floats per image; 0 until BackboneFeatures has run the model
  bool one_at_a_time = false;  ///< only batches of 1 come out right; BackboneFeatures tries it out
  bool has_roots = false;      ///< take_roots() was called
  /// What may run it, in the order in which it is tried.
  std::vector<RunnerKind> runners = {RunnerKind::kOpenCv};
  std::optional<DenseLayer> own_head;  ///< that reads `output`, if the file is an encoder of simdb
  std::string trained_on;  ///< the note of an encoder of simdb (trained_on.h); else empty
};

/// What `input` must have in read_backbone, and the embedding that `output` may name. Throws
/// Error(kBadInput) as read_backbone does.
BackboneInput read_backbone_input(std::span<const std::byte> bytes, const std::string& name);

/// Reads an ONNX model (opset 7 to 17, with ONNX Runtime 21) that takes a batch of images, N x
/// channels x height x width floats, and keeps what `output` needs: any tensor inside it. If it is
/// empty: of an encoder of simdb the tensor that its last dense layer reads, of others the widest
/// output, and in place of class scores what they are computed from; Backbone::reason then says so.
/// A fixed batch size is made free, width and height that are free get the size of `input`. Throws
/// Error(kBadInput), naming `name` and the remedy, for bytes that are not ONNX, an encoder of simdb
/// that is not whole, another opset, operators of other domains or that no runner which is built in
/// knows, weights outside the file or not finite, several inputs, an input that is no image or
/// contradicts `input`, and an output that does not exist or is not float. What it costs to run the
/// model is for judge_backbone to find out. Thread-safe.
Backbone read_backbone(std::span<const std::byte> bytes, const std::string& name,
                       const InputSpec& input, const std::string& output = {});

/// Ends the model with GlobalAveragePool and Flatten: for an output N x channels x height x width.
void pool_output(Backbone& backbone);

/// Ends a model whose output is N x features with their square roots (0 for negative ones), scaled
/// to length 1. Of features that are averages of activations without negative values, a few are
/// large and many small, and the small ones tell much of what a network was not trained for.
void take_roots(Backbone& backbone);

/// Bytes of one model file like those of write_onnx_model: the backbone, the dense layers of `head`
/// and L2 normalisation; the batch dimension is 1 for a backbone that is run one_at_a_time.
/// `simdb.backbone` names the backbone, its SHA-256 and the tensor taken; what the backbone was
/// trained on, the model was trained on too.
/// Throws Error(kUsage) if the layers don't fit together or `backbone` was not yet run by
/// BackboneFeatures or a note has a name that is taken, Error(kBadInput) if a weight is not finite.
std::vector<std::byte> write_backbone_model(const Backbone& backbone,
                                            std::span<const DenseLayer> head,
                                            const std::map<std::string, std::string>& notes);

}  // namespace simdb
