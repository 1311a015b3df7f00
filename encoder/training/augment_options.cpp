#include "encoder/training/augment_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "encoder/training/augment_amounts_internal.h"
#include "encoder/training/option_names_internal.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<bool AugmentOptions::*>, 16> kSwitches = {
    {{"affine", &AugmentOptions::affine},
     {"nudge", &AugmentOptions::nudge},
     {"elastic", &AugmentOptions::elastic},
     {"perspective", &AugmentOptions::perspective},
     {"crop", &AugmentOptions::crop},
     {"flip", &AugmentOptions::flip},
     {"stroke", &AugmentOptions::stroke},
     {"blur", &AugmentOptions::blur},
     {"coarse", &AugmentOptions::coarse},
     {"light", &AugmentOptions::light},
     {"jitter", &AugmentOptions::jitter},
     {"noise", &AugmentOptions::noise},
     {"erase", &AugmentOptions::erase},
     {"colors", &AugmentOptions::colors},
     {"symmetry", &AugmentOptions::symmetry},
     {"mirror", &AugmentOptions::mirror}}};

constexpr std::array<NamedValue<std::string_view>, 6> kPresets = {
    {{"none", ""},
     {"glyph", "nudge,elastic,stroke,light,noise,symmetry,mirror"},
     {"digits", "nudge,light,noise,erase"},
     {"photo", "nudge,crop,flip,coarse,light,jitter,noise,erase"},
     {"icons", "affine,light,jitter,noise,colors"},
     {"shapes", "affine,light,noise,colors,symmetry,mirror"}}};

constexpr std::size_t kFewClasses = 20;
constexpr std::size_t kManyImages = 200;  // a class

template <typename Choices>
std::string names_of(const Choices& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return names;
}

template <typename Choices>
auto look_up(const Choices& choices, std::string_view name) {
  return std::find_if(choices.begin(), choices.end(),
                      [&](const auto& choice) { return choice.first == name; });
}

[[noreturn]] void refuse(std::string_view name) {
  throw Error(
      ErrorCode::kUsage,
      fmt::format("there is no augmentation '{}'; give auto, or one of the presets {}, or a "
                  "list of {}, or both: glyph,-erase",
                  name, names_of(kPresets), names_of(kSwitches)));
}

[[noreturn]] void refuse_place(std::string_view name) {
  throw Error(ErrorCode::kUsage,
              fmt::format("'{}' can't stand there in a list of augmentations: a preset comes "
                          "first, and auto stands alone",
                          name));
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',')) {
    names.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  names.push_back(text);
  return names;
}

double percent(double share) { return share * 100; }

}  // namespace

AugmentOptions parse_augment(std::string_view text) {
  if (text == "auto") return {};
  AugmentOptions augment;
  augment.automatic = false;
  const std::vector<std::string_view> names = split_list(text);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string_view name = names[i];
    if (const auto preset = look_up(kPresets, name); preset != kPresets.end()) {
      if (i > 0) refuse_place(name);
      if (!preset->second.empty()) augment = parse_augment(preset->second);
      continue;
    }
    if (name == "auto") refuse_place(name);
    const bool wanted = !name.starts_with('-');
    if (!wanted) name.remove_prefix(1);
    const auto found = look_up(kSwitches, name);
    if (found == kSwitches.end()) refuse(name);
    augment.*found->second = wanted;
  }
  return augment;
}

std::string to_string(const AugmentOptions& augment) {
  if (augment.automatic) return "auto";
  std::string list;
  for (const auto& [name, member] : kSwitches) {
    if (augment.*member) list += fmt::format("{}{}", list.empty() ? "" : ",", name);
  }
  return list.empty() ? "none" : list;
}

std::string_view choose_preset(int channels, std::size_t classes, std::size_t images,
                               bool photographs) noexcept {
  if (photographs) return "photo";
  const bool grey = channels == 1;
  if (classes > kFewClasses) return grey ? "glyph" : "icons";
  return grey && images >= kManyImages * classes ? "digits" : "shapes";
}

AugmentOptions choose_augment(int channels, std::size_t classes, std::size_t images,
                              bool photographs) {
  return parse_augment(choose_preset(channels, classes, images, photographs));
}

AugmentOptions resolve_augment(const AugmentOptions& augment, int channels, std::size_t classes,
                               std::size_t images, bool photographs) {
  if (!augment.automatic) return augment;
  AugmentOptions chosen = choose_augment(channels, classes, images, photographs);
  chosen.strength = augment.strength;
  return chosen;
}

ClassMaking class_making(std::size_t classes) noexcept {
  constexpr double kAllMade = 8;  // up to so many classes all units are acted on
  constexpr std::size_t kManyClasses = 32;
  return {classes < kManyClasses ? Unit::kGroup : Unit::kClass,
          std::min(1.0, kAllMade / static_cast<double>(std::max<std::size_t>(classes, 1)))};
}

std::vector<AugmentNote> describe(const AugmentOptions& augment, ClassMaking making) {
  const bool by_class = making.unit == Unit::kClass;
  const std::string_view units = by_class ? "classes" : "groups";
  const double s = augment.strength;
  const auto moved = [&](double part) {
    return fmt::format(
        "turned up to {:.3g}°, leaning up to {:.3g} %, shifted up to {:.3g} % of the side, "
        "size ± {:.3g} %, aspect ± {:.3g} %",
        kMaxTurnDegrees * s * part, percent(kMaxLean * s * part), percent(kMaxShift / 2 * s * part),
        percent(kMaxZoom * s * part), percent(kMaxStretch * s * part));
  };
  const std::array<std::string, kSwitches.size()> texts = {
      moved(1),
      moved(kNudge),
      fmt::format("bent like rubber: {0} x {0} points move by {1:.2g} % of the side", kElasticNodes,
                  percent(kElastic / 2 * s)),
      fmt::format("seen from the side: an edge up to {:.3g} % larger or smaller",
                  percent(std::min(kMaxTilt * s, kMaxTiltEver))),
      fmt::format("a part is cut out and enlarged; up to {:.3g} % of a side is lost",
                  percent(std::min(kMaxCrop * s, kMaxCropEver))),
      "left and right exchanged in half of the images",
      fmt::format("lines up to {:.2g} px thicker or {:.2g} px thinner at {} px (grey images)",
                  2 * std::min(kMaxThicker * s, 1.0), 2 * std::min(kMaxThinner * s, 1.0),
                  kStrokeSide),
      fmt::format("up to {:.3g} % of a 3 x 3 blur", percent(std::min(kMaxBlur * s, 1.0))),
      fmt::format("half of the images shrunk to {:.2g} to {:.2g} % of a side and enlarged again",
                  percent(coarse_side(kMaxCoarse, s)), percent(coarse_side(kMinCoarse, s))),
      fmt::format("brightness ± {:.3g} %, contrast ± {:.3g} %", percent(kMaxBrightness * s),
                  percent(kMaxContrast * s)),
      fmt::format("hue ± {:.3g}°, saturation ± {:.3g} % (colour images)", kMaxHueDegrees * s,
                  percent(kMaxSaturation * s)),
      fmt::format("Gaussian, {:.2g} % of the range", percent(kNoise * s)),
      fmt::format("a rectangle in half of the images takes the colour of the border; its sides are "
                  "{:.3g} to {:.3g} % of the image's",
                  percent(std::min(kMinErase * s, kMaxEraseEver)),
                  percent(std::min(kMaxErase * s, kMaxEraseEver))),
      fmt::format("makes classes: in {:.3g} % of the {} the hues turn by any angle, half of these "
                  "are inverted too (colour images)",
                  percent(making.share), units),
      by_class ? "makes classes: each class upright or turned by 90°, 180° or 270°"
               : fmt::format("makes classes: {:.3g} % of the groups turned by any angle",
                             percent(making.share / 2)),
      by_class ? "makes classes: half of the classes mirrored"
               : fmt::format("makes classes: {:.3g} % of the groups mirrored",
                             percent(making.share / 4))};
  std::vector<AugmentNote> notes;
  notes.reserve(kSwitches.size());
  for (std::size_t i = 0; i < kSwitches.size(); ++i) {
    notes.push_back({kSwitches[i].first, augment.*kSwitches[i].second, texts[i]});
  }
  return notes;
}

}  // namespace simdb::training
