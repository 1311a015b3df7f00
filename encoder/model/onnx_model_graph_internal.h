#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"

namespace simdb {

/// Appends nodes and weights to a graph. Every node has one output, named like the node; a name is
/// what it is ("Conv_3", "weight_1") behind `prefix`, which keeps it apart from names that are
/// there already. Thread-compatible.
class GraphBuilder {
 public:
  explicit GraphBuilder(onnx::GraphProto& graph, std::string prefix = {}, std::int64_t opset = 11)
      : graph_(graph), prefix_(std::move(prefix)), opset_(opset) {}

  struct Attribute {
    const char* name;
    std::vector<std::int64_t> values;
    bool is_list = true;  ///< INTS, else INT
  };

  /// Returns the name of the node's output.
  std::string add(const std::string& type, std::initializer_list<std::string> inputs,
                  std::initializer_list<Attribute> attributes = {});

  /// Rows one after another: Concat along the channels, whose output is called `output`.
  void add_concat(std::span<const std::string> tensors, std::string_view output);

  /// Gemm, and Relu if the layer has one.
  std::string add_dense(const std::string& input, const DenseLayer& dense);

  /// A 1 x 1 convolution from images as normalize_pixels makes them for `from` to what it makes for
  /// `to`: its channels (grey is ITU-R BT.601 luma), mean and scale. Sizes are not looked at.
  std::string add_pixel_change(const std::string& planes, const InputSpec& from,
                               const InputSpec& to);

  /// The lengths of rows: ReduceL2, whose axes are an attribute up to opset 17, then an input.
  std::string add_lengths(const std::string& rows);

  /// features / |features|, a row each: ReduceL2 and Div, because OpenCV 4.6 has no
  /// LpNormalization.
  std::string add_normalisation(const std::string& features);

  /// The same as the graph's output. Throws Error(kUsage) if embeddings can't have this dimension.
  void finish(const std::string& features, std::int64_t dimension, const std::string& output);

  /// An initializer of floats; returns its name. Throws Error(kUsage) if the shape asks for another
  /// number of values, Error(kBadInput) if one is not finite.
  std::string add_tensor(const std::string& role, std::initializer_list<std::int64_t> shape,
                         const std::vector<float>& values);

 private:
  onnx::GraphProto& graph_;
  std::string prefix_;
  std::int64_t opset_;
};

/// Appends the layers of `model`, which take the tensor `image`; returns the tensor of the last
/// one, N x features, before any normalisation. Throws Error(kUsage) if they don't fit together.
struct LayerOutput {
  std::string tensor;
  std::int64_t features = 0;
};
LayerOutput add_layers(GraphBuilder& builder, const EncoderModel& model, const std::string& image);

/// Removes what `output` does not need, also inputs, and the graph's outputs: OpenCV answers with
/// the last node's output, and a second input may belong to a part that is not wanted. Throws
/// Error(kBadInput), naming `name`, if nothing gives a tensor that is needed.
void keep_needed(onnx::GraphProto& graph, const std::string& output, const std::string& name);

/// Throws Error(kUsage, "can't export the encoder: WHY").
[[noreturn]] void refuse_export(const std::string& why);

/// Float tensor, its first dimension free.
void describe_value(onnx::ValueInfoProto& value, const std::string& name,
                    std::initializer_list<std::int64_t> sides_behind_batch);

/// Writes simdb.checksum, simdb.format_version, simdb.input and the notes. Throws Error(kUsage) if
/// a note has one of these names.
void add_metadata(onnx::ModelProto& model, const InputSpec& input,
                  const std::map<std::string, std::string>& notes);

std::vector<std::byte> to_bytes(const onnx::ModelProto& model);

}  // namespace simdb
