// SHA-256 digests in hexadecimal, as import reads them; and digests computed piece by piece.
#include <algorithm>
#include <cctype>

#include "simdb/digest.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const auto bytes = fuzz::bytes_of(data, size);
  const std::string hex = fuzz::text_of(bytes);
  const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
  const auto digest = fuzz::parsed({ErrorCode::kBadInput}, [&] { return sha256_from_hex(hex); });
  fuzz::require(digest.has_value() == (hex.size() == 64 && std::ranges::all_of(hex, is_hex)),
                "a digest is 64 hexadecimal characters");
  if (digest) {
    std::string lower = hex;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    fuzz::require(to_hex(*digest) == lower, "to_hex gives back what was read");
  }
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  Sha256Stream stream;
  stream.append(bytes.first(cut));
  stream.append(bytes.subspan(cut));
  fuzz::require(stream.finish() == sha256(bytes), "a digest does not depend on the pieces");
  return 0;
}
