#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "measures/vote_quality.h"
#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// How a gallery answers for its own items, each left out when it is asked.
struct Confusion {
  struct OfClass {
    std::string class_name;
    std::uint64_t items = 0;  ///< of it that were asked
    std::uint64_t right = 0;
  };
  struct Pair {
    std::string class_name;
    std::string predicted;  ///< another class
    std::uint64_t items = 0;
  };

  std::uint64_t items = 0;  ///< that were asked
  std::uint64_t of = 0;     ///< items of the gallery
  VoteQuality quality = {};
  std::vector<OfClass> classes = {};                     ///< in byte order
  std::vector<Pair> confusions = {};                     ///< most items first, then in byte order
  std::vector<CalibrationBin> reliability = {};          ///< of the confidences, without empty bins
  std::optional<EstimatedShare> unknown = std::nullopt;  ///< of the items asked; if calibrated
};

/// Asks items of classes of two or more, at most `most` of them, drawn by id; of copies (see
/// DifferentItems) the first. `options` have no filter. With `sets`, those of the gallery, tells
/// how many would be called unknown: of the scores that they go by the item's own is one, which
/// errs to the safe side by one in the size of its class. Needs memory for all embeddings. Calls
/// `check` often, from several threads, and lets out what that throws.
Confusion find_confusion(
    const Gallery& gallery, const QueryOptions& options, const AnswerSets* sets, std::size_t most,
    const std::function<void()>& check = [] {});

}  // namespace simdb
