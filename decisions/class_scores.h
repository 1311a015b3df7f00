#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decisions/item_groups.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

/// An item that calibrates its class, and its similarity to the nearest item of the class outside
/// its group; kNoSimilarity if there is none.
struct ItemScore {
  float score = 0;
  ItemId id{};

  friend auto operator<=>(const ItemScore&, const ItemScore&) = default;
};

/// What a class tells of itself: see simdb/calibration.h.
struct ClassScores {
  std::uint64_t items = 0;
  std::uint32_t groups = 0;
  bool has_trained_on = false;         ///< the encoder was trained on one of its items
  std::vector<ItemScore> calibrating;  ///< s_i, ascending
  /// drawn[n - 1]: the similarity of its (n + 1)-th group, by digest, to the nearest of the first
  /// n. Empty if the encoder was trained on one of its items.
  std::vector<float> drawn;
  std::vector<float> held_out;  ///< of images that were held out, ascending

  friend bool operator==(const ClassScores&, const ClassScores&) = default;
};

/// All items of a class, in any order; row i of `embeddings` is that of items[i].
struct ClassItems {
  explicit ClassItems(std::size_t dimension) : embeddings(dimension) {}

  std::vector<GroupedItem> items;
  EmbeddingBatch embeddings;
  std::vector<bool> trained_on;  ///< one per item
};

/// The scores of a class, but for those of held-out images; the order of its items makes no
/// difference to them. `before` are its scores, where it is known that those of its items that are
/// not `added` (a flag per item) were all that it had, unchanged since. Pure and thread-safe.
ClassScores score_class(const ClassItems& all);
ClassScores score_class(const ClassItems& all, const ClassScores& before,
                        const std::vector<bool>& added);

}  // namespace simdb
