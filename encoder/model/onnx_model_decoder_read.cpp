#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "encoder/model/onnx_model_checks_internal.h"
#include "encoder/model/onnx_model_checksum_internal.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/model/onnx_model_decoder_internal.h"
#include "encoder/model/onnx_model_graph_internal.h"
#include "encoder/model/onnx_model_layers.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_model_operators_internal.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Json = nlohmann::json;

// A file may say anything; what follows allocates by these numbers.
constexpr std::int64_t kMostLatent = 4096;
constexpr std::size_t kMostEncoders = 16;
constexpr std::size_t kMostText = 64 << 10;
constexpr std::size_t kMostName = 200;

class DecoderReader {
 public:
  DecoderReader(std::span<const std::byte> bytes, const std::string& name)
      : name_(name), model_(parse_model(bytes, name)) {
    require_whole(bytes, model_, name_);
    require_sound_weights(model_.graph(), name_);
  }

  DecoderHeader read() const {
    DecoderHeader header;
    read_properties(header);
    const auto size = static_cast<std::int64_t>(header.code_size());
    const InputSpec& input = header.input;
    // Both graphs together first: names that both use would be told apart by neither.
    find_runners(model_, name_);
    const onnx::ModelProto to_code =
        part({kImageInput, {input.channels, input.height, input.width}}, {kCodeOutput, {size}});
    const onnx::ModelProto to_picture = part(
        {kCodeInput, {size, 1, 1}}, {kPictureOutput, {input.channels, input.height, input.width}});
    header.code_runners = find_runners(to_code, name_);
    header.picture_runners = find_runners(to_picture, name_);
    header.to_code = to_bytes(to_code);
    header.to_picture = to_bytes(to_picture);
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { refuse_model(name_, why); }

  void read_properties(DecoderHeader& header) const {
    std::string version;
    std::string input;
    std::string description;
    for (const auto& property : model_.metadata_props()) {
      const std::string& key = property.key();
      if (key == kFormatVersionKey) {
        version = property.value();
      } else if (key == kInputKey) {
        input = property.value();
      } else if (key == std::string(kMetadataPrefix) + std::string(kDecoderNote)) {
        description = property.value();
      } else if (key.starts_with(kMetadataPrefix) && key != kChecksumKey && key != kDigestKey) {
        header.notes[key.substr(kMetadataPrefix.size())] = property.value();
      }
    }
    if (description.empty() || input.empty()) {
      refuse(
          "it is not a decoder of simdb (it has no simdb.decoder metadata); make one with "
          "'simdb train-decoder DIR -o FILE --encoder ENCODER.onnx'");
    }
    if (const auto why = refuse_version(version)) refuse(*why);
    if (input.size() > kMostText || description.size() > kMostText) {
      refuse("its description is too long");
    }
    try {
      header.input = input_from_json(input);
      describe(Json::parse(description), header);
    } catch (const Error& e) {
      refuse(e.what());
    } catch (const Json::exception& e) {
      refuse("its simdb.decoder metadata can't be read: " +
             std::string(e.what()).substr(0, kMostName));
    }
  }

  void describe(const Json& json, DecoderHeader& header) const {
    if (json.at("version").get<std::int64_t>() != kDecoderVersion) {
      refuse("it has a newer simdb.decoder metadata; use a newer simdb");
    }
    header.latent = whole(json.at("latent"), "latent");
    const Json& encoders = json.at("encoders");
    if (!encoders.is_array() || encoders.empty() || encoders.size() > kMostEncoders) {
      refuse("its encoders are not 1 to " + std::to_string(kMostEncoders));
    }
    std::size_t first = header.latent;
    for (const Json& each : encoders) {
      CodePart part{each.at("name").get<std::string>(), each.at("fingerprint").get<std::string>(),
                    first, whole(each.at("dimension"), "dimension")};
      if (part.name.size() > kMostName) refuse("the name of an encoder is too long");
      first += part.size;
      header.encoders.push_back(std::move(part));
    }
  }

  std::size_t whole(const Json& value, const std::string& what) const {
    const auto number = value.is_number_integer() ? value.get<std::int64_t>() : 0;
    if (number < 1 || number > kMostLatent) {
      refuse("its " + what + " is not a number from 1 to " + std::to_string(kMostLatent));
    }
    return static_cast<std::size_t>(number);
  }

  struct End {
    std::string_view name;
    std::initializer_list<std::int64_t> sides;
  };

  /// One of the two graphs, as a model of its own.
  onnx::ModelProto part(const End& input, const End& output) const {
    onnx::ModelProto model = model_;
    model.clear_metadata_props();
    onnx::GraphProto& graph = *model.mutable_graph();
    keep_needed(graph, std::string(output.name), name_);
    if (graph.input_size() != 1 || graph.input(0).name() != input.name) {
      refuse("its '" + std::string(output.name) + "' does not come from '" +
             std::string(input.name) + "' alone");
    }
    require_shape(graph.input(0), input);
    for (const auto& value : model_.graph().output()) {
      if (value.name() == output.name) *graph.add_output() = value;
    }
    if (graph.output_size() != 1)
      refuse("it does not have one output '" + std::string(output.name) + "'");
    require_shape(graph.output(0), output);
    return model;
  }

  void require_shape(const onnx::ValueInfoProto& value, const End& end) const {
    const auto& type = value.type().tensor_type();
    bool fits = type.elem_type() == onnx::TensorProto::FLOAT &&
                type.shape().dim_size() == static_cast<int>(end.sides.size()) + 1 &&
                type.shape().dim(0).dim_value() == 0;
    int i = 1;
    for (const std::int64_t side : end.sides) {
      fits = fits && type.shape().dim(i++).dim_value() == side;
    }
    if (!fits) refuse("the shape of its '" + value.name() + "' contradicts its metadata");
  }

  std::string name_;
  onnx::ModelProto model_;
};

}  // namespace

std::size_t DecoderHeader::code_size() const {
  std::size_t size = latent;
  for (const CodePart& part : encoders) size += part.size;
  return size;
}

ConditionEncoder read_condition_encoder(std::span<const std::byte> file, const std::string& name) {
  return {name, to_hex(sha256(file)), read_onnx_layers(file, name)};
}

DecoderHeader read_decoder_header(std::span<const std::byte> bytes, const std::string& name) {
  return DecoderReader(bytes, name).read();
}

}  // namespace simdb
