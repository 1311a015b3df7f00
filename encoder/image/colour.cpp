#include <lcms2.h>
#include <lcms2_plugin.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "encoder/image/colour_internal.h"

namespace simdb {
namespace {

using Samples = ToSrgb::Samples;

constexpr std::size_t kInks = 4;

// A few bytes of a profile may ask for tables of gigabytes.
constexpr std::size_t kMostMemory = 32U << 20;
thread_local std::size_t held = 0;

// NOLINTBEGIN(cppcoreguidelines-no-malloc): lcms is C
void* allocate(cmsContext, cmsUInt32Number bytes) {
  if (bytes > kMostMemory - std::min(held, kMostMemory)) return nullptr;
  void* memory = std::malloc(bytes);
  held += malloc_usable_size(memory);
  return memory;
}
void release(cmsContext, void* memory) {
  held -= malloc_usable_size(memory);
  std::free(memory);
}
void* reallocate(cmsContext, void* memory, cmsUInt32Number bytes) {
  if (bytes > kMostMemory - std::min(held, kMostMemory)) return nullptr;
  const std::size_t before = malloc_usable_size(memory);
  void* larger = std::realloc(memory, bytes);
  if (larger != nullptr) held += malloc_usable_size(larger) - before;
  return larger;
}
// NOLINTEND(cppcoreguidelines-no-malloc)

// One for all threads, for good. It prints nothing.
cmsContext context() {
  static const cmsContext made = [] {
    cmsPluginMemHandler memory{};
    memory.base = {cmsPluginMagicNumber, LCMS_VERSION, cmsPluginMemHandlerSig, nullptr};
    memory.MallocPtr = allocate;
    memory.FreePtr = release;
    memory.ReallocPtr = reallocate;
    return cmsCreateContext(&memory, nullptr);
  }();
  return made;
}

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

cmsToneCurve* srgb_curve() {
  constexpr std::array<cmsFloat64Number, 5> kCurve = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92,
                                                      0.04045};
  constexpr cmsInt32Number kGammaBehindALine = 4;
  return cmsBuildParametricToneCurve(context(), kGammaBehindALine, kCurve.data());
}

Profile srgb(Samples samples) {
  if (samples != Samples::kGrey) return Profile(cmsCreate_sRGBProfileTHR(context()));
  cmsToneCurve* curve = srgb_curve();
  Profile grey(curve == nullptr ? nullptr
                                : cmsCreateGrayProfileTHR(context(), cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return grey;
}

// Of samples like these, and without a chain of operations as long as it likes (D2B0).
bool is_usable(const Profile& profile, Samples samples) {
  if (profile == nullptr || cmsIsTag(profile.get(), cmsSigDToB0Tag) != FALSE) return false;
  const cmsProfileClassSignature kind = cmsGetDeviceClass(profile.get());
  if (kind != cmsSigInputClass && kind != cmsSigDisplayClass && kind != cmsSigOutputClass &&
      kind != cmsSigColorSpaceClass) {
    return false;
  }
  return cmsGetColorSpace(profile.get()) == (samples == Samples::kGrey   ? cmsSigGrayData
                                             : samples == Samples::kInks ? cmsSigCmykData
                                                                         : cmsSigRgbData);
}

cmsHTRANSFORM transform_of(const Profile& from, Samples samples, cmsUInt32Number flags) {
  const Profile to = srgb(samples);
  if (to == nullptr) return nullptr;
  const cmsUInt32Number in = samples == Samples::kGrey   ? TYPE_GRAY_8
                             : samples == Samples::kRgb  ? TYPE_RGB_8
                             : samples == Samples::kRgba ? TYPE_RGBA_8
                                                         : TYPE_CMYK_8_REV;
  return cmsCreateTransformTHR(context(), from.get(), in, to.get(),
                               samples == Samples::kInks ? TYPE_RGB_8 : in, INTENT_PERCEPTUAL,
                               flags | cmsFLAGS_COPY_ALPHA);
}

// True if no colour of a coarse lattice changes by more than rounding: many profiles are sRGB under
// another name.
bool changes_colours(const Profile& profile, Samples samples) {
  if (samples == Samples::kInks) return true;
  const bool is_grey = samples == Samples::kGrey;
  std::vector<std::uint8_t> colours;
  for (int red = 0; red < 256; red += is_grey ? 1 : 51) {
    for (int green = 0; !is_grey && green < 256; green += 51) {
      for (int blue = 0; blue < 256; blue += 51) {
        for (const int value : {red, green, blue}) {
          colours.push_back(static_cast<std::uint8_t>(value));
        }
      }
    }
    if (is_grey) colours.push_back(static_cast<std::uint8_t>(red));
  }
  const Samples kind = is_grey ? Samples::kGrey : Samples::kRgb;
  cmsHTRANSFORM transform = transform_of(profile, kind, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  if (transform == nullptr) return false;
  std::vector<std::uint8_t> changed(colours.size());
  cmsDoTransform(transform, colours.data(), changed.data(),
                 static_cast<cmsUInt32Number>(colours.size() / (is_grey ? 1 : 3)));
  cmsDeleteTransform(transform);
  return !std::equal(colours.begin(), colours.end(), changed.begin(),
                     [](int a, int b) { return std::abs(a - b) <= 1; });
}

}  // namespace

ToSrgb::ToSrgb(std::span<const std::byte> profile, Samples samples) {
  if (profile.empty() || profile.size() > kMostProfileBytes || context() == nullptr) return;
  const Profile from(cmsOpenProfileFromMemTHR(context(), profile.data(),
                                              static_cast<cmsUInt32Number>(profile.size())));
  if (!is_usable(from, samples) || !changes_colours(from, samples)) return;
  transform_ = transform_of(from, samples, 0);
}

ToSrgb::~ToSrgb() {
  if (transform_ != nullptr) cmsDeleteTransform(transform_);
}

void ToSrgb::apply(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) const {
  cmsDoTransform(transform_, from, to, static_cast<cmsUInt32Number>(pixels));
}

std::vector<std::byte> display_p3_profile() {
  constexpr cmsCIExyY kWhite = {0.3127, 0.3290, 1};
  constexpr cmsCIExyYTRIPLE kPrimaries = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
  cmsToneCurve* const curve = context() == nullptr ? nullptr : srgb_curve();
  if (curve == nullptr) return {};
  cmsToneCurve* const curves[] = {curve, curve, curve};
  const Profile p3(cmsCreateRGBProfileTHR(context(), &kWhite, &kPrimaries, curves));
  cmsFreeToneCurve(curve);
  cmsUInt32Number bytes = 0;
  if (p3 == nullptr || cmsSaveProfileToMem(p3.get(), nullptr, &bytes) == FALSE) return {};
  std::vector<std::byte> profile(bytes);
  if (cmsSaveProfileToMem(p3.get(), profile.data(), &bytes) == FALSE) return {};
  return profile;
}

void inks_to_rgb(const ToSrgb& profile, std::span<const std::uint8_t> inks, std::uint8_t* rgb) {
  if (profile.does_something()) return profile.apply(inks.data(), rgb, inks.size() / kInks);
  for (std::size_t i = 0; i < inks.size(); i += kInks) {
    const int black = inks[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      *rgb++ = static_cast<std::uint8_t>(black - ((255 - inks[i + c]) * black >> 8));
    }
  }
}

}  // namespace simdb
