// The model file that a user hands over: its header, weights and shapes, read before OpenCV sees
// it.
#include "encoder/model/onnx_model.h"
#include "simdb/embedding.h"
#include "tests/fuzz/fuzz_support.h"
#include "tests/fuzz/protobuf_mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const auto header = fuzz::parsed({ErrorCode::kBadInput}, [&] {
    return read_onnx_header(fuzz::bytes_of(data, size), "model.onnx");
  });
  if (!header) return 0;
  require_valid(header->input);
  fuzz::require(is_valid_dimension(header->dimension), "a model gives embeddings");
  fuzz::require(!header->notes.contains("input") && !header->notes.contains("format_version"),
                "notes are what has no meaning of its own");
  return 0;
}

#ifdef SIMDB_FUZZ
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return simdb::fuzz::mutate_protobuf(data, size, max_size, seed);
}
#endif
