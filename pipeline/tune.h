#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "measures/vote_quality.h"
#include "simdb/database.h"

namespace simdb {

/// How ways to vote do on a gallery whose items are asked one by one, each left out.
struct Tuning {
  std::size_t items = 0;            ///< that were asked
  std::vector<VoteChoice> choices;  ///< see try_votes
  VoteChoice best;
  VoteChoice present;  ///< by the options that were given
};

/// Asks up to `most` items of classes of two or more, drawn by id. Items of one class that show the
/// same (equal digest or embedding) count once: else each would find itself. Throws
/// Error(kBadInput) if fewer than 50 items can be asked or they are of one class. Needs memory for
/// all embeddings. Calls `check` often, from several threads, and lets out what that throws.
Tuning tune_votes(
    const Gallery& gallery, const QueryOptions& present, std::size_t most = 5000,
    const std::function<void()>& check = [] {});

}  // namespace simdb
