// The file WITNESS. Tried as it is, and with a checksum that holds.
#include <algorithm>

#include "core/file_io.h"
#include "simdb/digest.h"
#include "storage/key_schema_internal.h"
#include "storage/witness_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

constexpr std::size_t kSummedBytes = 64;

void check(std::span<const std::byte> bytes, const fuzz::InputOnDisk& file) {
  file.write(bytes);
  const std::filesystem::path folder = file.path().parent_path();
  const auto statement = Witness::read(folder);
  if (!statement) return;
  // There is one spelling of a statement: a file that is accepted is what note() writes.
  file.write({});
  Witness(folder, statement->store_id).note(statement->changes, statement->mark);
  fuzz::require(std::ranges::equal(read_file(file.path(), 1000), bytes),
                "a witness is written as it is read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputOnDisk file(kWitnessFile);
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes, file);
  if (size < kSummedBytes) return 0;
  std::vector<std::byte> summed(bytes.begin(), bytes.begin() + kSummedBytes);
  const Sha256 digest = sha256(summed);
  const auto sum = std::as_bytes(std::span(digest)).first(8);
  summed.insert(summed.end(), sum.begin(), sum.end());
  check(summed, file);
  return 0;
}
