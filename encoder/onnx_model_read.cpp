#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>

#include "core/embedding.h"
#include "core/error.h"
#include "encoder/onnx_model.h"
#include "encoder/onnx_model_metadata_internal.h"

namespace simdb {
namespace {

class ModelReader {
 public:
  ModelReader(std::span<const std::byte> bytes, const std::string& name) : name_(name) {
    if (bytes.empty()) refuse("it is empty");
    if (bytes.size() > std::numeric_limits<int>::max() ||
        !model_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
        !model_.has_graph()) {
      refuse("it is not an ONNX model, or it is damaged");
    }
  }

  ModelHeader read() const {
    ModelHeader header = read_properties();
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) require_sound(tensor);
    for (const onnx::NodeProto& node : model_.graph().node()) {
      for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_t()) require_sound(attribute.t());
      }
    }
    require_input(header.input);
    header.dimension = output_dimension();
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorCode::kBadInput, "can't use the model " + name_ + ": " + why);
  }

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
      } else if (key.starts_with(kMetadataPrefix)) {
        header.notes[key.substr(kMetadataPrefix.size())] = property.value();
      }
    }
    if (version.empty() || input.empty()) {
      refuse("it has no simdb.* metadata; make encoders with 'simdb train'");
    }
    if (version != std::to_string(kModelFormatVersion)) {
      refuse("its format version is '" + version + "', this simdb reads version " +
             std::to_string(kModelFormatVersion));
    }
    try {
      header.input = input_from_json(input);
    } catch (const Error& e) {
      refuse(e.what());
    }
    return header;
  }

  // Values must be there, as many as the shape says, and finite: a flipped bit must not become a
  // silent answer.
  void require_sound(const onnx::TensorProto& tensor) const {
    const std::string what = "tensor '" + tensor.name() + "' ";
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
      refuse(what + "is kept in another file");
    }
    std::uint64_t count = 1;
    for (const std::int64_t side : tensor.dims()) {
      if (side < 0 || (side > 0 && count > std::numeric_limits<std::int32_t>::max() /
                                               static_cast<std::uint64_t>(side))) {
        refuse(what + "has an impossible shape");
      }
      count *= static_cast<std::uint64_t>(side);
    }
    if (tensor.data_type() != onnx::TensorProto::FLOAT) return;
    const bool raw = tensor.has_raw_data();
    const std::size_t stored = raw ? tensor.raw_data().size() / sizeof(float)
                                   : static_cast<std::size_t>(tensor.float_data_size());
    if (stored != count || (raw && tensor.raw_data().size() % sizeof(float) != 0)) {
      refuse(what + "is damaged: " + std::to_string(stored) + " values for a shape of " +
             std::to_string(count));
    }
    for (std::size_t i = 0; i < stored; ++i) {
      float value = 0;
      if (raw) {
        std::memcpy(&value, tensor.raw_data().data() + i * sizeof(float), sizeof(float));
      } else {
        value = tensor.float_data(static_cast<int>(i));
      }
      if (!std::isfinite(value)) refuse(what + "holds a value that is not finite");
    }
  }

  // Some exporters list weights among the inputs; the image is the one that has no initializer.
  void require_input(const InputSpec& spec) const {
    std::set<std::string> weights;
    for (const auto& tensor : model_.graph().initializer()) weights.insert(tensor.name());
    const onnx::ValueInfoProto* image = nullptr;
    for (const auto& input : model_.graph().input()) {
      if (weights.contains(input.name())) continue;
      if (image != nullptr) refuse("it has more than one input");
      image = &input;
    }
    if (image == nullptr) refuse("it has no input");
    const auto& shape = image->type().tensor_type().shape();
    const bool fits = shape.dim_size() == 4 && shape.dim(1).dim_value() == spec.channels &&
                      shape.dim(2).dim_value() == spec.height &&
                      shape.dim(3).dim_value() == spec.width;
    if (!fits) refuse("its input shape contradicts its simdb.input metadata");
  }

  std::size_t output_dimension() const {
    if (model_.graph().output_size() != 1) refuse("it must have exactly one output");
    const auto& shape = model_.graph().output(0).type().tensor_type().shape();
    const std::int64_t dimension = shape.dim_size() == 2 ? shape.dim(1).dim_value() : 0;
    if (dimension <= 0 || !is_valid_dimension(static_cast<std::size_t>(dimension))) {
      refuse("its output must be N x dimension with a multiple of 16 between 16 and 512");
    }
    return static_cast<std::size_t>(dimension);
  }

  std::string name_;
  onnx::ModelProto model_;
};

}  // namespace

ModelHeader read_onnx_header(std::span<const std::byte> bytes, const std::string& name) {
  return ModelReader(bytes, name).read();
}

}  // namespace simdb
