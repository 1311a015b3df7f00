#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/calibration.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/gallery.h"
#include "simdb/item.h"
#include "simdb/vote_rule.h"

namespace simdb {

/// At most so many images of a class are asked, those with the smallest digests.
inline constexpr std::size_t kAskedImages = 1000;
/// So many items of other classes are looked at around each of them.
inline constexpr std::size_t kItemsAround = 200;
/// At most so many of these in all, those that are nearest.
inline constexpr std::size_t kMostItemsAround = 20'000;

/// Images that would be added. Row i of `embeddings` is that of class_names[i] and digests[i].
struct PendingImages {
  explicit PendingImages(std::size_t dimension) : embeddings(dimension) {}

  EmbeddingBatch embeddings;
  std::vector<std::string> class_names = {};
  std::vector<Sha256> digests = {};  ///< zero: unknown
};

struct EffectOptions {
  std::size_t k = 10;  ///< neighbours that vote, at least 1
  VoteRule rule = {};
  double alpha = 0.05;                     ///< as in AnswerSets
  Calibration::TrainedOn trained_on = {};  ///< as in Calibration::compute
  std::function<void()> check = [] {};     ///< called often; may throw
};

/// An item of another class whose nearest neighbour is an image of the class.
struct AffectedItem {
  ItemId id{};
  std::string class_name;  ///< its own
  float similarity = 0;    ///< to that image
};

/// What a class means for the others, and they for it. Images that show the same, as
/// simdb/calibration.h has it, are one.
struct ClassEffect {
  std::string class_name;
  std::uint64_t images = 0;
  /// Of these, how many were asked with their copies left out, and for how many of them the vote of
  /// all other images gives the class. A class of one image has nothing to be asked by.
  std::uint64_t asked = 0;
  std::uint64_t right = 0;
  /// Median similarity of its images to the nearest other one of the class; nothing for one image.
  std::optional<float> own_similarity = std::nullopt;
  /// The class that has most often the nearest image of another class, and the median similarity to
  /// the nearest of its images. Empty if there is no other class.
  std::string most_alike = {};
  float alike_similarity = -1;
  /// Items whose answer may change, or has: those among the kItemsAround nearest to each image.
  std::uint64_t affected_items = 0;
  std::vector<AffectedItem> affected = {};  ///< nearest first
  /// Images that the encoder was not trained on, and how many of them it takes for the class's own
  /// images to tell strangers at alpha: 1 / (n + 1) <= alpha.
  std::uint64_t calibrating = 0;
  std::uint64_t needed = 0;
};

/// Tells this of some classes of the gallery with `pending` added to it, without adding them: what
/// it would tell once they are. Takes a search per image and item around. Throws Error(kUsage) if
/// the numbers of rows differ, k is 0 or alpha is not between 0 and 1; errors as Gallery's.
std::vector<ClassEffect> effects_of_classes(const Gallery& gallery,
                                            std::span<const std::string> class_names,
                                            const PendingImages& pending,
                                            const EffectOptions& options = {});

}  // namespace simdb
