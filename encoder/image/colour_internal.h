#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace simdb {

/// Larger profiles are not looked at. Those of printing houses have up to 3 MB.
inline constexpr std::size_t kMostProfileBytes = 4u << 20;

/// A copy; empty of one that is too large.
inline std::vector<std::byte> copy_profile(std::span<const std::byte> profile) {
  if (profile.size() > kMostProfileBytes) return {};
  return {profile.begin(), profile.end()};
}

/// Brings samples of 8 bits to sRGB, perceptually, as an ICC profile says. A profile that is
/// damaged, of other samples than these, or hardly different from sRGB does nothing. Lack of memory
/// is a damaged profile. Of one thread.
class ToSrgb {
 public:
  enum class Samples : std::uint8_t { kGrey, kRgb, kRgba, kInks };  ///< of inks 255 is none

  ToSrgb(std::span<const std::byte> profile, Samples samples);
  ToSrgb(const ToSrgb&) = delete;
  ToSrgb& operator=(const ToSrgb&) = delete;
  ~ToSrgb();

  bool does_something() const { return transform_ != nullptr; }
  /// Only where it does something. In place, but inks become RGB.
  void apply(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) const;

 private:
  void* transform_ = nullptr;
};

/// That of phones' pictures which name their colours and hold no profile. Empty for lack of memory.
std::vector<std::byte> display_p3_profile();

/// Inks to RGB: as `profile` says, else the black one takes from all, and all are ideal.
void inks_to_rgb(const ToSrgb& profile, std::span<const std::uint8_t> inks, std::uint8_t* rgb);

}  // namespace simdb
