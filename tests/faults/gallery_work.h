#pragma once

#include <cstdint>
#include <functional>
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

/// What a process that works on a gallery says of it, a line each: before a change what it will be
/// ("add FIRST COUNT", "remove ID..."), after it that it was acknowledged ("added ID",
/// "removed").
using Announce = std::function<void(const std::string& line)>;
/// Learns from such a line; others are ignored.
void hear(Expected& expected, const std::string& line);

/// Changes galleries at random, the same for the same seed.
class GalleryWork {
 public:
  explicit GalleryWork(
      std::uint64_t seed, std::uint64_t first_number = 1,
      Announce announce = [](const std::string&) {})
      : random_(seed), announce_(std::move(announce)), next_number_(first_number) {}

  /// One step; throws what the gallery throws, with `expected` saying what was under way.
  void step(EmbeddedGallery& gallery, Expected& expected);
  void step(EmbeddedGallery& gallery, Expected& expected, Step step);
  /// Removes the oldest items in one step until `keep` are left.
  void shrink(EmbeddedGallery& gallery, Expected& expected, std::size_t keep);
  std::mt19937_64& random() { return random_; }

 private:
  void add(EmbeddedGallery& gallery, Expected& expected, std::size_t count);
  void remove(EmbeddedGallery& gallery, Expected& expected, const std::vector<ItemId>& ids);
  void say(Expected& expected, const std::string& line);

  std::mt19937_64 random_;
  const Announce announce_;
  std::uint64_t next_number_;
};

/// What is wrong with a gallery of which nobody knows what it must hold, in words: an item that is
/// none of GalleryWork's or there by half, or what verify finds. Empty if nothing.
std::string check_whole(const EmbeddedGallery& gallery);

/// How a gallery differs from what it must hold, in words; empty if in nothing: every item bit for
/// bit, nothing by half, nothing else, index and store equal, and ten neighbours of a query the
/// same as comparing with every item finds. `expected` learns what became of the change under way.
std::string check(const EmbeddedGallery& gallery, Expected& expected);

}  // namespace simdb::test
