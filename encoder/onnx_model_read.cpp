#include <onnx/onnx_pb.h>

#include <algorithm>
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

constexpr const char* kNotFinite = "holds a value that is not finite";

// Bytes of one value in TensorProto.raw_data; 0 for the types that no encoder needs.
int value_bytes(std::int32_t data_type) {
  switch (data_type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
      return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
      return 8;
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return 1;
    default:
      return 0;
  }
}

// Values outside raw_data, in the list that belongs to the type.
int listed_values(const onnx::TensorProto& tensor) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return tensor.float_data_size();
    case onnx::TensorProto::DOUBLE:
      return tensor.double_data_size();
    case onnx::TensorProto::INT64:
      return tensor.int64_data_size();
    default:
      return tensor.int32_data_size();
  }
}

bool is_finite(std::int32_t data_type, const char* raw) {
  if (data_type == onnx::TensorProto::FLOAT) {
    float value = 0;
    std::memcpy(&value, raw, sizeof value);
    return std::isfinite(value);
  }
  if (data_type == onnx::TensorProto::DOUBLE) {
    double value = 0;
    std::memcpy(&value, raw, sizeof value);
    return std::isfinite(value);
  }
  return true;
}

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
    if (model_.graph().sparse_initializer_size() > 0) refuse("it has sparse tensors");
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) require_sound(tensor);
    for (const onnx::NodeProto& node : model_.graph().node()) {
      for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_t()) require_sound(attribute.t());
        for (const onnx::TensorProto& tensor : attribute.tensors()) require_sound(tensor);
        if (attribute.has_g() || attribute.graphs_size() > 0) refuse("it has branches or loops");
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
             std::to_string(kModelFormatVersion) + "; use the simdb that wrote it or a newer one");
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
    const std::uint64_t stored = stored_values(tensor);
    if (stored != count) {
      refuse(what + "is damaged: " + std::to_string(stored) + " values for a shape of " +
             std::to_string(count));
    }
    if (tensor.has_raw_data()) {
      const char* raw = tensor.raw_data().data();
      for (std::uint64_t i = 0; i < count; ++i) {
        if (!is_finite(tensor.data_type(), raw)) refuse(what + kNotFinite);
        raw += value_bytes(tensor.data_type());
      }
    }
    const auto finite = [](auto value) { return std::isfinite(value); };
    if (!std::ranges::all_of(tensor.float_data(), finite) ||
        !std::ranges::all_of(tensor.double_data(), finite)) {
      refuse(what + kNotFinite);
    }
  }

  // OpenCV reads as many values as the shape says, wherever they are, and does not count them.
  std::uint64_t stored_values(const onnx::TensorProto& tensor) const {
    const int bytes = value_bytes(tensor.data_type());
    if (bytes == 0) {
      refuse("tensor '" + tensor.name() + "' has values that are neither floats nor integers");
    }
    const int all = tensor.float_data_size() + tensor.double_data_size() +
                    tensor.int32_data_size() + tensor.int64_data_size();
    const int listed = listed_values(tensor);
    const bool both = tensor.has_raw_data() && listed > 0;
    if (listed != all || both || tensor.raw_data().size() % bytes != 0) {
      refuse("tensor '" + tensor.name() + "' is damaged: its values contradict its type");
    }
    if (!tensor.has_raw_data()) return static_cast<std::uint64_t>(listed);
    return tensor.raw_data().size() / bytes;
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
    if (image->type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
      refuse("its input does not take floats");
    }
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
