// The negative control: a parser that trusts a length. The fuzzer has to find that, and so does
// the replay of an input that shows it.
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  if (fields.number(1) != 'b' || fields.number(1) != 'u' || fields.number(1) != 'g') return 0;
  const std::size_t claimed = fields.number(1);
  fuzz::require(claimed <= fields.rest().size(), "the planted promise, which does not hold");
  return 0;
}
