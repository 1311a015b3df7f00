// ICC profiles as simdb hands them to lcms: a byte that says of which samples, then the profile.
#include <array>

#include "encoder/image/colour_internal.h"
#include "tests/fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const auto bytes = fuzz::bytes_of(data, size);
  if (bytes.empty()) return 0;
  constexpr std::uint8_t kAlpha = 77;
  std::array<std::uint8_t, 8> pixels = {1, 90, 255, kAlpha, 0, 128, 30, kAlpha};
  const auto samples = static_cast<ToSrgb::Samples>(std::to_integer<int>(bytes[0]) % 4);
  const ToSrgb to_srgb(bytes.subspan(1), samples);
  if (samples == ToSrgb::Samples::kInks) {
    std::array<std::uint8_t, 6> rgb{};
    inks_to_rgb(to_srgb, pixels, rgb.data());
  } else if (to_srgb.does_something()) {
    to_srgb.apply(pixels.data(), pixels.data(), 2);
    if (samples == ToSrgb::Samples::kRgba) {
      fuzz::require(pixels[3] == kAlpha && pixels[7] == kAlpha, "alpha stays as it is");
    }
  }
  return 0;
}
