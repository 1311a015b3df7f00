#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "simdb/gallery.h"
#include "storage/followed.h"

// Reading a gallery that goes on changing, as it was after one of its changes.
namespace simdb {

struct PullLimits {
  std::size_t at_once = 16'384;  ///< about as many events are taken over at a time
  std::size_t most = SIZE_MAX;   ///< above this number of events reading all anew takes less
  std::uint64_t at_least = 0;    ///< the state must be the one after this change or a later one
  bool with_images = false;      ///< the image files of what was added, too
};

/// What became of `original` since `from`: up to a state that it had, so that all is of one state,
/// though changes go on meanwhile. Nothing if the gallery must be read anew: it has forgotten what
/// came after `from`, an older copy was put in its place, or it is another one. Throws
/// Error(kBusy) if the same items change all the time.
std::optional<FollowedChanges> pull_changes(const Gallery& original, const ChangePoint& from,
                                            const PullLimits& limits = {});

/// Appends an item, with its image file if it is kept and `with_images`; returns how many bytes
/// that has.
std::uint64_t append_item(const Gallery& original, FollowedItems& items, const ItemRecord& record,
                          const Embedding& embedding, std::vector<std::byte> thumbnail,
                          bool with_images);

}  // namespace simdb
