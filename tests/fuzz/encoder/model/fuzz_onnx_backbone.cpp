// Anyone's ONNX model as a backbone: cut, rewritten and merged with a head, all before OpenCV sees
// it.
#include "encoder/model/onnx_model_backbone.h"
#include "tests/fuzz/fuzz_support.h"
#include "tests/fuzz/protobuf_mutator.h"

namespace {

using namespace simdb;

constexpr int kFeatures = 8;

InputSpec spec_for(const BackboneInput& fixed) {
  InputSpec spec;
  spec.channels = fixed.channels == 0 ? 3 : fixed.channels;
  spec.height = fixed.height == 0 ? 10 : fixed.height;
  spec.width = fixed.width == 0 ? 12 : fixed.width;
  return spec;
}

DenseLayer dense_layer() {
  DenseLayer dense;
  dense.in_features = kFeatures;
  dense.out_features = 16;
  dense.weight.assign(std::size_t{kFeatures} * 16, 0.25F);
  dense.bias.assign(16, 0.5F);
  return dense;
}

void check_merged(Backbone backbone, bool one_at_a_time) {
  backbone.features = kFeatures;
  backbone.one_at_a_time = one_at_a_time;
  const auto merged = write_backbone_model(backbone, std::vector{dense_layer()}, {});
  // The backbone was not run, so the shape of its features may not fit the head.
  const auto header =
      fuzz::parsed({ErrorCode::kBadInput}, [&] { return read_onnx_header(merged, "merged.onnx"); });
  if (!header) return;
  fuzz::require(header->dimension == 16 && header->input == backbone.input,
                "a merged model is an encoder for the backbone's images");
  fuzz::require(header->one_at_a_time == one_at_a_time,
                "a merged model has the backbone's batches");
  fuzz::require(header->notes.contains("backbone"), "a merged model tells of its backbone");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::bytes_of(data, size);
  const auto fixed =
      fuzz::parsed({ErrorCode::kBadInput}, [&] { return read_backbone_input(bytes, "net.onnx"); });
  const InputSpec spec = spec_for(fixed.value_or(BackboneInput{}));
  for (const char* output : {"", "early"}) {
    auto backbone = fuzz::parsed({ErrorCode::kBadInput},
                                 [&] { return read_backbone(bytes, "net.onnx", spec, output); });
    if (!backbone) continue;
    const Backbone again = read_backbone(backbone->model, "again.onnx", spec, backbone->output);
    fuzz::require(again.output == backbone->output, "a cut model is a backbone again");
    check_merged(*backbone, size % 2 == 0);
    pool_output(*backbone);
    check_merged(*backbone, false);
  }
  return 0;
}

#ifdef SIMDB_FUZZ
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return simdb::fuzz::mutate_protobuf(data, size, max_size, seed);
}
#endif
