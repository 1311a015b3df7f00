#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

// What a store takes over from another gallery, its original: see Store::follow.
namespace simdb {

/// A change of the original: its number, and the mark that tells whether the number still means it.
struct ChangePoint {
  std::uint64_t change = 0;
  std::uint64_t mark = 0;

  friend bool operator==(const ChangePoint&, const ChangePoint&) = default;
};

/// Items as they are in the original, with their ids and times.
struct FollowedItems {
  explicit FollowedItems(std::size_t dimension) : embeddings(dimension) {}

  std::vector<ItemRecord> records = {};                 ///< ascending, each once
  EmbeddingBatch embeddings;                            ///< a row per record
  std::vector<std::vector<std::byte>> thumbnails = {};  ///< one per record; may be empty
  /// Image files by their SHA-256, which items here have as digest; of some or none.
  std::map<Sha256, std::vector<std::byte>> images = {};
};

/// What became of the original since the state that the store is at.
struct FollowedChanges {
  explicit FollowedChanges(std::size_t dimension) : added(dimension) {}

  ChangePoint through = {};              ///< the last of these changes
  std::vector<ItemEvent> events = {};    ///< all of them, as Gallery::changes_since tells
  FollowedItems added;                   ///< items of the events that are new, as they are after it
  std::vector<ItemRecord> updated = {};  ///< the others that are there after it, ascending
  std::vector<ChangePoint> marks = {};   ///< the changes whose mark differs from the one before
  /// All settings after it; nothing: they are as before.
  std::optional<std::map<std::string, std::string>> settings = std::nullopt;
};

/// Whether a store is one in its own right, or follows another gallery.
enum class Following {
  kNothing,
  kIncomplete,  ///< it follows one whose items it does not have all yet
  kOriginal,    ///< it has the state of the original at changes()
};

}  // namespace simdb
