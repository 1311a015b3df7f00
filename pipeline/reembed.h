#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "database/reembedding.h"
#include "decisions/encoder_change.h"
#include "pipeline/originals.h"
#include "simdb/encode_images.h"

namespace simdb {

/// An item that has no embedding by the other encoder, and why.
struct LostOriginal {
  ItemId id{};
  ErrorCode code{};     ///< see Originals::load
  std::string message;  ///< names the item or its source
};

struct ReembedReport {
  std::size_t embedded = 0;             ///< by this call
  std::vector<LostOriginal> lost = {};  ///< ascending by id
  bool complete = false;                ///< false: `progress` ended it
};

/// Embeds the items that have no embedding by the other encoder of `database`, which is `encoder`:
/// reading, decoding, encoding and synced commits overlap. Calls `progress` after each commit with
/// how many items were dealt with of how many; false ends it. Whatever ends it, another call goes
/// on. Throws Error(kUsage) unless `encoder` is the other encoder; errors as encode_images and
/// Reembedding::put.
ReembedReport embed_missing(Reembedding& database, const ImageEncoder& encoder,
                            const Originals& originals,
                            const std::function<bool(std::size_t done, std::size_t of)>& progress);

/// Both embeddings of every item that has both.
TwoGenerations read_generations(
    const Reembedding& database, const std::function<void()>& check = [] {});

}  // namespace simdb
