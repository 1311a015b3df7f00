// The file of cached features. Tried as it is, and with a checksum that holds.
#include <algorithm>
#include <cstring>

#include "core/file_io.h"
#include "encoder/model/feature_cache.h"
#include "tests/fuzz/fuzz_support.h"
#include "tests/support/backbones.h"

namespace {

using namespace simdb;

constexpr std::size_t kEntriesAt = 64;  // the header's size; docs/file_formats.md
constexpr std::size_t kEntryBytes = sizeof(Sha256) + 4;
constexpr Sha256 kKey = {'a', ' ', 'b', 'a', 'c', 'k', 'b', 'o', 'n', 'e'};

const BackboneFeatures& backbone() {
  static const InputSpec input = {.width = 4, .height = 4};
  static const BackboneFeatures features(
      read_backbone(test::make_backbone({.input = input}), "net.onnx", input));
  return features;
}

bool is_same(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

void check(std::span<const std::byte> bytes, const fuzz::InputOnDisk& file) {
  file.write(bytes);
  FeatureCache cache(file.path(), kKey, test::kBackboneFeatures);
  if (cache.size() == 0) return;
  for (std::size_t row = 0; row < cache.size(); ++row) {
    Sha256 pixels{};
    std::uint32_t view = 0;
    const auto entry = bytes.subspan(kEntriesAt + row * kEntryBytes, kEntryBytes);
    std::memcpy(pixels.data(), entry.data(), pixels.size());
    std::memcpy(&view, entry.data() + pixels.size(), sizeof view);
    fuzz::require(cache.find(pixels, view).size() == test::kBackboneFeatures,
                  "a row of the file is found");
  }
  // Adds an image that is probably new, and writes the file anew.
  const std::vector<std::uint8_t> pixels(backbone().backbone().input.values(),
                                         std::to_integer<std::uint8_t>(bytes.back()));
  const std::vector<float> features = cached_features(backbone(), cache, pixels);
  fuzz::require(features.size() == test::kBackboneFeatures, "an image has its features");
  cache.save();
  const FeatureCache again(file.path(), kKey, test::kBackboneFeatures);
  fuzz::require(again.size() == cache.size(), "what is saved is read back");
  const Sha256 digest = sha256(std::as_bytes(std::span(pixels)));
  fuzz::require(is_same(again.find(digest, 0), features), "features come back bit for bit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputOnDisk file("a.features");
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes, file);
  if (size < sizeof(Sha256)) return 0;
  std::vector<std::byte> summed(bytes.begin(), bytes.end());
  const Sha256 digest = sha256(bytes.first(size - sizeof(Sha256)));
  std::memcpy(summed.data() + size - sizeof digest, digest.data(), sizeof digest);
  check(summed, file);
  return 0;
}
