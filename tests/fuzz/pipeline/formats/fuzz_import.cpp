// The JSON lines of `simdb import`.
#include <cmath>
#include <sstream>

#include "core/class_name.h"
#include "pipeline/formats/import_lines.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  constexpr std::size_t kDimension = 16;
  std::istringstream in(fuzz::text_of(fuzz::bytes_of(data, size)));
  const auto imported = fuzz::parsed({ErrorCode::kBadInput}, [&] {
    return ImportReader(in, "a.jsonl", ImportTarget{"0123456789abcdef", kDimension}).next(size);
  });
  if (!imported) return 0;
  fuzz::require(imported->items.size() == imported->embeddings.rows(), "an item has a vector");
  for (std::size_t i = 0; i < imported->items.size(); ++i) {
    require_class_name(imported->items[i].info.class_name);
    imported->embeddings.at(i);  // finite and of unit length
  }
  return 0;
}
