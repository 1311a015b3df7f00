#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/gallery.h"
#include "simdb/item.h"

namespace simdb {

/// The field of an item's metadata that says for which class somebody found its label right. Where
/// the item is in another class by now, it says nothing.
inline constexpr std::string_view kKeptField = "simdb.kept";

/// Items of classes with fewer are not judged: too few others could speak for their label.
inline constexpr std::size_t kLeastReviewed = 3;

struct ReviewOptions {
  std::size_t k = 20;                         ///< neighbours that vote, at least 1
  std::vector<std::string> class_names = {};  ///< only items of these are listed; empty = all
  std::function<void()> check = [] {};        ///< called often; may throw
};

/// An item whose label its neighbours, or another item with the same file, contradict.
struct DoubtfulItem {
  ItemRecord item;
  /// Items of other classes that have the same file: one of the labels is wrong for certain.
  std::vector<ItemId> same_file = {};
  /// The class with most of the vote of the nearest others, each by its similarity alone (see
  /// core/vote.h); empty if that is the item's own class, or if the item was not judged.
  std::string other_class = {};
  double own_share = 0;    ///< of the vote, of the item's own class
  double other_share = 0;  ///< of other_class
  /// other_share is at least what items of that class give their own on average (Northcutt et al.,
  /// "Confident Learning", 2021).
  bool is_confident = false;
  std::vector<LabeledNeighbor> neighbors = {};  ///< the k nearest others
};

struct LabelReview {
  /// Contradictions that are certain first, then by own_share - other_share, then by id.
  std::vector<DoubtfulItem> items;
  std::vector<ClassCount> small_classes;  ///< of fewer than kLeastReviewed items
  std::uint64_t judged = 0;               ///< items
  std::uint64_t kept = 0;                 ///< items in doubt that are not listed for kKeptField
};

/// Asks for each item what the vote of its k nearest others says. Changes nothing; the gallery
/// should not change meanwhile. Takes a search for each item. Throws Error(kUsage) if k is 0.
LabelReview review_labels(const Gallery& gallery, const ReviewOptions& options = {});

/// Remembers that the labels that these items have now are right. Those that do not exist are
/// passed over; returns how many do. One step for each class among them.
std::size_t keep_labels(Gallery& gallery, std::span<const ItemId> ids);

}  // namespace simdb
