#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "database/embedded_gallery.h"

namespace simdb::test {

/// What can change about one of GalleryWork's items, and what can't: its number.
struct Kept {
  std::uint64_t number = 0;
  std::uint64_t version = 0;  ///< number of the change that its metadata are of; at first `number`
  std::uint64_t class_number = 0;
  std::string key = {};

  friend bool operator==(const Kept&, const Kept&) = default;
};

/// What a gallery must hold: all that was acknowledged, and of the change that was not, all or
/// nothing.
struct Expected {
  std::map<ItemId, Kept> items;
  std::set<ItemId> removed;
  // The change under way. One that adds and removes is an item that takes another's key.
  std::vector<Kept> adding;
  std::set<ItemId> removing;
  std::map<ItemId, Kept> changing;  ///< as they will be

  std::uint64_t acknowledged = 0;  ///< items added, removed or changed, ever

  bool in_a_change() const { return !adding.empty() || !removing.empty() || !changing.empty(); }
};

/// Item number `number` as it is added.
NewItem work_item(std::uint64_t number);
/// Change `version` of any item, without its key.
ItemChange work_change(std::uint64_t version);

enum class Step { kAdd, kAddBatch, kReplace, kRemove, kChange, kRename, kReindex, kSearch };

/// What a process that works on a gallery says of it, a line each: before a change what it will be
///   add FIRST COUNT [ID]  items from this number on; the first takes the key of ID, which goes
///   remove ID...
///   change VERSION ID...  class, metadata and, of one item alone, its key follow from VERSION
///   rename FROM TO        the class of this number
/// and after it that it was acknowledged: "added ID", "removed", "changed".
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
  void add(EmbeddedGallery& gallery, Expected& expected, std::size_t count,
           std::optional<ItemId> replaced = std::nullopt);
  void remove(EmbeddedGallery& gallery, Expected& expected, const std::vector<ItemId>& ids);
  void change(EmbeddedGallery& gallery, Expected& expected, const std::vector<ItemId>& ids);
  void rename(EmbeddedGallery& gallery, Expected& expected);
  // Up to `count` of those for which `fits` is true, by chance.
  std::vector<ItemId> some(
      const Expected& expected, std::size_t count,
      const std::function<bool(const Kept&)>& fits = [](const Kept&) { return true; });
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
