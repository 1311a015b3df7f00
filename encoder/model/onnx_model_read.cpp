#include <onnx/onnx_pb.h>

#include <set>
#include <string>

#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb {
namespace {

class ModelReader {
 public:
  ModelReader(std::span<const std::byte> bytes, const std::string& name)
      : name_(name), model_(parse_model(bytes, name)) {}

  void require_sound(std::span<const std::byte> bytes) const {
    require_whole(bytes, model_, name_);
    require_sound_weights(model_.graph(), name_);
  }

  ModelHeader read() const {
    ModelHeader header = read_properties();
    header.one_at_a_time = require_input(header.input) == 1;
    header.dimension = output_dimension();
    header.runners = find_runners(model_, name_);
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { refuse_model(name_, why); }

  ModelHeader read_properties() const {
    ModelHeader header;
    std::string version;
    std::string input;
    for (const auto& property : model_.metadata_props()) {
      const std::string& key = property.key();
      if (key == kFormatVersionKey) {
        version = property.value();
      } else if (key == kInputKey) {
        input = property.value();
      } else if (key.starts_with(kMetadataPrefix) && key != kChecksumKey && key != kDigestKey) {
        header.notes[key.substr(kMetadataPrefix.size())] = property.value();
      }
    }
    if (version.empty() || input.empty()) {
      refuse(
          "it is not an encoder of simdb (it has no simdb.* metadata); a network of your own "
          "becomes "
          "one by 'simdb init --backbone FILE --fit DIR', or with labels by 'simdb train DIR -o "
          "FILE --backbone FILE'");
    }
    if (const auto why = refuse_version(version)) refuse(*why);
    constexpr std::size_t kMostInput = 4096;  // of what is 150 characters long
    if (input.size() > kMostInput) refuse("its input description is too long");
    try {
      header.input = input_from_json(input);
    } catch (const Error& e) {
      refuse(e.what());
    }
    return header;
  }

  // Some exporters list weights among the inputs; the image is the one that has no initializer.
  // Returns the batch size, 0 if it is free.
  std::int64_t require_input(const InputSpec& spec) const {
    std::set<std::string> weights;
    for (const auto& tensor : model_.graph().initializer()) weights.insert(tensor.name());
    const onnx::ValueInfoProto* image = nullptr;
    for (const auto& input : model_.graph().input()) {
      if (weights.contains(input.name())) continue;
      if (image != nullptr) refuse("it has more than one input");
      image = &input;
    }
    if (image == nullptr) refuse("it has no input");
    if (image->type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
      refuse("its input does not take floats");
    }
    const auto& shape = image->type().tensor_type().shape();
    const bool fits = shape.dim_size() == 4 && shape.dim(1).dim_value() == spec.channels &&
                      shape.dim(2).dim_value() == spec.height &&
                      shape.dim(3).dim_value() == spec.width;
    if (!fits) refuse("its input shape contradicts its simdb.input metadata");
    const std::int64_t batch = shape.dim(0).dim_value();
    if (batch > 1) refuse("it takes batches of " + std::to_string(batch) + " images only");
    return batch;
  }

  std::size_t output_dimension() const {
    if (model_.graph().output_size() != 1) refuse("it must have exactly one output");
    const auto& shape = model_.graph().output(0).type().tensor_type().shape();
    const std::int64_t dimension = shape.dim_size() == 2 ? shape.dim(1).dim_value() : 0;
    if (dimension <= 0 || !is_model_dimension(static_cast<std::size_t>(dimension))) {
      refuse("its output must be N x dimension with a multiple of 16 between 16 and 512");
    }
    return static_cast<std::size_t>(dimension);
  }

  std::string name_;
  onnx::ModelProto model_;
};

}  // namespace

ModelHeader read_onnx_header(std::span<const std::byte> bytes, const std::string& name) {
  const ModelReader reader(bytes, name);
  reader.require_sound(bytes);
  return reader.read();
}

ModelHeader read_pinned_header(std::span<const std::byte> bytes, const std::string& name) {
  return ModelReader(bytes, name).read();
}

}  // namespace simdb
