#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/runner_kind.h"

namespace simdb {

// A trained encoder as plain data: what training exports and what onnx_encoder reads back. Tensors
// are row-major floats in PyTorch's layouts.

/// Convolution with "same" zero padding, stride 1, optional ReLU.
struct ConvLayer {
  int in_channels = 0;
  int out_channels = 0;
  int kernel = 3;                  ///< odd
  std::vector<float> weight = {};  ///< out x in x kernel x kernel
  std::vector<float> bias = {};    ///< out
  bool relu = true;
};

/// Maximum over size x size windows, stride = size, no padding (the remainder is dropped).
struct MaxPoolLayer {
  int size = 2;
};

/// relu(second(relu(first(x))) + shortcut(x)): `first` has its ReLU, `second` and `shortcut` have
/// none. Without a shortcut x itself is added, and must have as many channels as the output.
struct ResidualLayer {
  ConvLayer first;
  ConvLayer second{.relu = false};
  std::optional<ConvLayer> shortcut;  ///< usually kernel 1
};

/// Mean over all places of a channel: channels x height x width -> channels x 1 x 1.
struct AveragePoolLayer {};

/// Fully connected; the input is flattened channels x height x width first.
struct DenseLayer {
  int in_features = 0;
  int out_features = 0;
  std::vector<float> weight;  ///< out x in
  std::vector<float> bias;    ///< out
  bool relu = false;
};

using Layer = std::variant<ConvLayer, ResidualLayer, MaxPoolLayer, AveragePoolLayer, DenseLayer>;

/// Everything in a model file. The graph is input -> layers -> L2 normalisation; the last layer is
/// a DenseLayer whose out_features are the dimension of the embeddings.
struct EncoderModel {
  InputSpec input;
  std::vector<Layer> layers;
  /// Free text about the training ("loss", "training_data", "seed", "recall_at_1", "licence", ...),
  /// written as metadata properties "simdb.NAME". The names "input", "format_version", "checksum"
  /// and "sha256" are taken.
  std::map<std::string, std::string> notes;
};

/// What a reader needs to know of a model file without running it.
struct ModelHeader {
  InputSpec input;
  bool one_at_a_time = false;  ///< the batch dimension is 1, not free
  std::size_t dimension = 0;
  std::map<std::string, std::string> notes;
  /// What may run the model, in the order in which it is tried; never empty.
  std::vector<RunnerKind> runners = {RunnerKind::kOpenCv};
};

/// Newest version of the simdb.* metadata in a model file; docs/file_formats.md has its history. A
/// model that needs nothing newer is written as version 1.
inline constexpr int kModelFormatVersion = 2;

/// Bytes of a standard ONNX file (opset 11, batch dimension free, input N x channels x height x
/// width, output N x dimension). Throws Error(kUsage) if the layers don't fit together or a note
/// has a name that is taken, Error(kBadInput) if a weight is not finite.
std::vector<std::byte> write_onnx_model(const EncoderModel& model);

/// Checks a model file and reads its header. Throws Error(kBadInput), naming `name`, for bytes that
/// are not ONNX or not those that simdb wrote (they carry their SHA-256; files of simdb 0.1 and of
/// other programs don't), damaged tensors, weights that are not finite, external data, missing or
/// newer simdb.* metadata, an input or output that contradicts it, a graph that is not in order,
/// and operators that no runner knows or only one that is not built in. What it costs to run the
/// model, and whether that does harm, is for judge_encoder to find out. Thread-safe.
ModelHeader read_onnx_header(std::span<const std::byte> bytes, const std::string& name);

/// The same for bytes that went through read_onnx_header once and are known to be those by their
/// SHA-256: checksum and weights are not looked at again.
ModelHeader read_pinned_header(std::span<const std::byte> bytes, const std::string& name);

}  // namespace simdb
