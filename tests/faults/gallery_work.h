#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "database/embedded_gallery.h"

namespace simdb::test {

/// What a gallery must hold: all that was acknowledged, and of the change that was not, all or
/// nothing.
struct Expected {
  std::map<ItemId, std::uint64_t> items;  ///< id -> number; see numbered_item
  std::set<ItemId> removed;
  // The change under way.
  std::uint64_t adding_first = 0;  ///< number of the first item
  std::uint64_t adding_count = 0;
  std::set<ItemId> removing;

  std::uint64_t acknowledged = 0;  ///< items added or removed, ever
};

enum class Step { kAdd, kAddBatch, kRemove, kReindex, kSearch };

/// Changes galleries at random, the same for the same seed.
class GalleryWork {
 public:
  explicit GalleryWork(std::uint64_t seed) : random_(seed) {}

  /// One step; throws what the gallery throws, with `expected` saying what was under way.
  void step(EmbeddedGallery& gallery, Expected& expected);
  void step(EmbeddedGallery& gallery, Expected& expected, Step step);
  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
  std::uint64_t next_number_ = 1;
};

/// How a gallery differs from what it must hold, in words; empty if in nothing: every item bit for
/// bit, nothing by half, nothing else, index and store equal, and ten neighbours of a query the
/// same as comparing with every item finds. `expected` learns what became of the change under way.
std::string check(const EmbeddedGallery& gallery, Expected& expected);

}  // namespace simdb::test
