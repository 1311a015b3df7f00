// The Huffman tables that a lossless WebP asks for.
#include "encoder/image/decode_cost.h"
#include "encoder/image/image_header.h"
#include "encoder/image/webp_tables_internal.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const auto bytes = fuzz::bytes_of(data, size);
  const auto tables = count_webp_tables(bytes);
  if (!tables) return 0;
  fuzz::require(*tables <= 2 * 65'536, "a picture and its transparency have 16 bits for a group");
  auto header = read_image_header(bytes);
  if (!header) return 0;
  const DecodeCost without = estimate_decode_cost(*header, size);
  header->tables = *tables;
  const DecodeCost with = estimate_decode_cost(*header, size);
  fuzz::require(with.memory_bytes >= without.memory_bytes, "tables take memory");
  fuzz::require(with.memory_bytes >= size && with.seconds >= 0, "nothing is free");
  return 0;
}
