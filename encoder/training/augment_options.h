#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simdb::training {

/// Changes to training images. Most act on every image alone and keep its class. The last three
/// make classes: one draw changes a whole group of a batch, or all images of a class in it, so that
/// red and blue become, say, green and orange, or a letter becomes the letter lying on its side;
/// see Unit. describe() says what each does and how much. A plain value.
struct AugmentOptions {
  bool automatic = true;  ///< resolve_augment() chooses by the data; the switches are then unset
  bool affine = false;
  bool nudge = false;  ///< a smaller affine; without effect beside it
  bool elastic = false;
  bool perspective = false;
  bool crop = false;
  bool flip = false;
  bool stroke = false;  ///< grey images only
  bool blur = false;
  bool coarse = false;
  bool light = false;
  bool jitter = false;  ///< colour images only
  bool noise = false;
  bool erase = false;
  bool colors = false;    ///< class-making; colour images only
  bool symmetry = false;  ///< class-making
  bool mirror = false;    ///< class-making
  double strength = 1;    ///< of all that does not make classes, 0 to 3

  bool operator==(const AugmentOptions&) const = default;
};

/// Reads "auto", or a list like "affine,light" that names what is wanted. A list may start from a
/// preset: "glyph,-elastic,blur" adds one switch and takes one away. The presets are none, glyph,
/// digits, photo, icons and shapes. Throws Error(kUsage) naming the choices.
AugmentOptions parse_augment(std::string_view text);

/// The inverse, without the strength: "auto", "none" or the list of switches.
std::string to_string(const AugmentOptions& augment);

/// Names the preset for data that is known by its size only:
///
///   | classes | grey                                             | colour |
///   |---------|--------------------------------------------------|--------|
///   | <= 20   | digits if there are 200 images per class or more,  | shapes |
///   |         | else shapes                                      |        |
///   | more    | glyph                                            | icons  |
///
/// and photo for photographs, see looks_like_photographs().
/// Few classes with many images are learned for what they are. Few classes with few images lack
/// variety, which class-making changes lend them. Many grey classes are mostly drawn signs; many
/// coloured ones are told apart by their colours.
std::string_view choose_preset(int channels, std::size_t classes, std::size_t images,
                               bool photographs = false) noexcept;

/// That preset.
AugmentOptions choose_augment(int channels, std::size_t classes, std::size_t images,
                              bool photographs = false);

/// `augment` itself, or if it is automatic the choice, with the strength asked for.
AugmentOptions resolve_augment(const AugmentOptions& augment, int channels, std::size_t classes,
                               std::size_t images, bool photographs = false);

/// What one draw of a class-making change acts on.
enum class Unit {
  kGroup,  ///< all images of a group: turns by any angle
  kClass,  ///< the K images of a class in the batch: quarter turns; each makes a class of its own,
           ///< which meets the others in the loss
};

/// How class-making changes are drawn.
struct ClassMaking {
  Unit unit = Unit::kGroup;
  double share = 1;  ///< of the units that `colors` acts on; half of it for a group's symmetry.
                     ///< Quarter turns act on every class, a quarter of which stay upright.
};

/// For data of so many classes. Data of few needs every change it can get, and would run out of
/// classes for a batch: the unit is the group. From 32 classes on it is the class. Data of hundreds
/// has variety of its own, and what is lost by other colours (a lemon may be blue) then costs more
/// than it brings: the share is 8 / classes, at most 1.
ClassMaking class_making(std::size_t classes) noexcept;

/// A switch in words.
struct AugmentNote {
  std::string_view name;
  bool on = false;
  std::string what;  ///< with its amounts at the strength given
};

/// Every switch, in the order of to_string().
std::vector<AugmentNote> describe(const AugmentOptions& augment, ClassMaking making);

}  // namespace simdb::training
