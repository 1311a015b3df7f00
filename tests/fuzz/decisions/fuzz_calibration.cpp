// The calibration in a database folder: tried as it is, and as what stands behind a header whose
// checksums hold.
#include <array>
#include <cstring>

#include "decisions/calibration_file.h"
#include "index/checksum.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

constexpr std::size_t kDimension = 2;
// Of the space 's' of dimension 2.
const std::string kFingerprint = "80e5cfe796d6a1d585c1d2710792aebfcf3fef80dd92ab084e943f69e731bba3";

struct Header {
  std::array<char, 8> magic = {'s', 'i', 'm', 'd', 'b', 'c', 'a', 'l'};
  std::uint32_t byte_order = 0x01020304;
  std::uint32_t version = 1;
  std::uint64_t file_bytes = 0;
  std::uint64_t body_checksum = 0;
  std::uint64_t header_checksum = 0;
};

std::vector<std::byte> with_header(std::span<const std::byte> body) {
  Header header;
  header.file_bytes = sizeof header + body.size();
  header.body_checksum = checksum_of(body);
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.header_checksum = checksum_of(bytes.first(offsetof(Header, header_checksum)));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

void check(std::span<const std::byte> bytes) {
  const auto state = fuzz::parsed({ErrorCode::kCorruption, ErrorCode::kBadInput}, [&] {
    return parse_calibration(bytes, "calibration", kFingerprint, kDimension);
  });
  if (!state) return;
  fuzz::require(state->fingerprint == kFingerprint, "it belongs to the database");
  for (const CalibrationState::Item& item : state->items) {
    fuzz::require(item.place < state->classes.size(), "an item is of a class");
    fuzz::require(!state->entries_of(item.id).empty(), "an item is found");
  }
  for (std::uint32_t place = 0; place < state->classes.size(); ++place) {
    fuzz::require(state->place_of(state->classes[place].name) == place, "a class is found");
  }
  if (!state->held_out) return;
  fuzz::require(state->held_out->class_names.size() == state->held_out->embeddings.rows(),
                "a held-out image has a class");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes);
  check(with_header(bytes));
  return 0;
}
