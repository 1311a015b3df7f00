#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/vote_rule.h"

namespace simdb {

/// How many neighbours vote, and by which rule.
struct Voting {
  std::size_t k = 10;
  VoteRule rule = {};
};

/// The same items as two encoders see them; row i of all is one item.
struct TwoGenerations {
  EmbeddingBatch before;
  EmbeddingBatch after;
  std::vector<int> labels = {};  ///< places in `class_names`
  std::vector<std::string> class_names = {};
};

/// What the leave-one-out votes on items of a class come to.
struct ClassChange {
  std::string class_name;
  std::uint64_t asked = 0;
  std::uint64_t right_before = 0;
  std::uint64_t right_after = 0;
};

/// What another encoder changes: items are asked one by one, each left out.
struct EncoderChange {
  std::uint64_t asked = 0;
  std::uint64_t same_vote = 0;  ///< for these the same class wins
  /// Mean over the asked items of |A and B| / |A or B|, A and B their ten nearest neighbours.
  double jaccard = 0;
  // Of items whose class has others:
  std::uint64_t judged = 0;
  std::uint64_t right_before = 0;
  std::uint64_t right_after = 0;
  std::uint64_t only_before = 0;  ///< right before and wrong after
  std::uint64_t only_after = 0;   ///< the other way round
  /// McNemar's test, exact: how likely at least so uneven a split of the items that are right once
  /// is, if both encoders are equally good. Two-sided; 1 if there are none. (McNemar, "Note on the
  /// sampling error of the difference between correlated proportions", 1947.)
  double p_value = 1;
  std::vector<ClassChange> lost = {};  ///< classes right less often, most items first
};

inline constexpr std::size_t kComparedNeighbors = 10;

/// Asks up to `most` items, drawn at random, the same in every call. Searches are exact and on all
/// cores. Calls `check` often, from several threads, and lets out what that throws. Throws
/// Error(kUsage) if the rows differ in number. Thread-safe.
EncoderChange compare_encoders(
    const TwoGenerations& items, const Voting& before = {}, const Voting& after = {},
    std::size_t most = 20'000, const std::function<void()>& check = [] {});

}  // namespace simdb
