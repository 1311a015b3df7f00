// simdb.input, the JSON in a model file that tells what a model takes.
#include "encoder/model/onnx_model_metadata_internal.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const std::string json = fuzz::text_of(fuzz::bytes_of(data, size));
  const auto spec = fuzz::parsed({ErrorCode::kBadInput}, [&] { return input_from_json(json); });
  if (!spec) return 0;
  require_valid(*spec);
  fuzz::require(input_from_json(input_to_json(*spec)) == *spec, "what is written is read back");
  return 0;
}
