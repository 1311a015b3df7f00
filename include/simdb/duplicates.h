#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "simdb/gallery.h"
#include "simdb/image.h"
#include "simdb/item.h"

namespace simdb {

inline constexpr std::size_t kLookDimension = 97;

/// What a picture is compared by, apart from any encoder.
struct PictureTraits {
  /// Of length 1: the luminance of 8 x 8 cells without its mean, two differences of colour of 4 x 4
  /// cells, and a constant, which keeps flat pictures apart from noise. Hardly changes with the
  /// size of the picture and its compression.
  std::array<float, kLookDimension> look{};
  Sha256 pixels{};  ///< digest_of_pixels()
};

/// Equal for the same sizes and pixels, however they are held: grey is as colours that are grey, no
/// alpha as an opaque one, and colours that nobody sees do not count. So saving an image anew
/// without loss does not change it. Throws Error(kUsage) unless width, height, channels and pixels
/// fit each other. Pure and thread-safe.
Sha256 digest_of_pixels(const Image& image);

/// Errors as digest_of_pixels. Pure and thread-safe.
PictureTraits traits_of(const Image& image);

/// The traits of an item's thumbnail; nothing where it has none. Called by several threads at once.
using TraitsOf = std::function<std::optional<PictureTraits>(ItemId)>;

/// From how alike two looks are on, by their dot product, they are of one picture:
/// docs/decisions/0032 has the measurements.
inline constexpr float kSameLook = 0.9975F;

/// How sure it is that two items hold the same picture.
enum class Sameness {
  kFile,    ///< the same SHA-256
  kPixels,  ///< the same size, pixels of the thumbnail and vector
  kNear,    ///< alike thumbnails or, where one is missing, vectors
};

struct DuplicateItem {
  ItemRecord item;
  /// To the first item of the group: directly, or over others of the group.
  Sameness sameness = Sameness::kFile;
  float similarity = 1;                      ///< of its vector to that of the first item
  std::optional<float> look = std::nullopt;  ///< how alike their thumbnails are, at most 1
};

/// Items that hold the same picture, as far as can be told.
struct DuplicateGroup {
  std::vector<DuplicateItem> items;     ///< at least two, ids ascending
  Sameness sameness = Sameness::kFile;  ///< the least sure one of its items
  bool is_conflict = false;             ///< its items are of several classes
};

struct DuplicateOptions {
  /// Only groups that have an item of one of these; empty = all.
  std::vector<std::string> class_names = {};
  bool exact = false;  ///< only the same files and pixels
  /// In place of kSameLook or, without `traits`, of the threshold taken from the vectors.
  std::optional<float> threshold = std::nullopt;
  TraitsOf traits = {};                 ///< empty: vectors alone decide
  std::function<void()> check = [] {};  ///< called often, by several threads; may throw
};

struct DuplicateReport {
  /// Those of several classes first, then the surest, then by their first id.
  std::vector<DuplicateGroup> groups;
  std::optional<float> look_threshold = std::nullopt;    ///< where thumbnails were compared
  std::optional<float> vector_threshold = std::nullopt;  ///< where vectors were
};

/// All groups of items that hold the same picture. Changes nothing; the gallery must not change
/// meanwhile (Error(kBusy) if it does). Takes a range search for each item, and memory for a look
/// or a vector of each. Throws Error(kUsage) for a threshold that is no similarity.
DuplicateReport find_duplicates(const Gallery& gallery, const DuplicateOptions& options);

}  // namespace simdb
