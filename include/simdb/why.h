#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/gallery.h"

namespace simdb {

/// At most so many of the nearest voters are left out one by one.
inline constexpr std::size_t kVotersLeftOut = 100;
/// At most so many of the winner's nearest items are left out together.
inline constexpr std::size_t kWinnersLeftOut = 32;
/// At most so many of the runner-up's nearest items are named.
inline constexpr std::size_t kRunnerUpItems = 4;

/// The answer if some items were not in the gallery. The vote is exactly what it would be after
/// their removal: the next nearest items take their places, their classes are smaller and have
/// other means. The decision follows from their classes' new nearest items and that vote; the
/// similarities that make a class possible are those of the gallery as it is.
struct AnswerWithout {
  std::vector<ItemId> items;
  Prediction prediction;                            ///< of its neighbours only the nearest
  std::optional<Decision> decision = std::nullopt;  ///< where there are p-values
  /// Another class, other possible ones, unknown, or no longer so. Where both are unknown it is no
  /// other answer.
  bool is_other = false;
};

/// What a neighbour of the prediction did.
struct VoterReason {
  double share = 0;  ///< of the whole vote, the rise of its class by its mean included
  std::optional<AnswerWithout> without = std::nullopt;  ///< of the nearest kVotersLeftOut
};

/// A class in question.
struct ClassReason {
  std::string class_name;
  std::uint64_t items = 0;                       ///< in the gallery
  std::size_t voters = 0;                        ///< of its items
  double share = 0;                              ///< of the vote
  float similarity = 0;                          ///< of its nearest item
  std::optional<ItemId> nearest = std::nullopt;  ///< nothing: possible, but none of the neighbours
  bool is_possible = false;                      ///< Decision::possible has it
  ClassStanding standing = {};                   ///< where there are p-values
};

/// The class that comes second in the vote; where all voters are of one class, that of the nearest
/// item of another.
struct RunnerUp {
  std::string class_name;
  std::vector<LabeledNeighbor> nearest;  ///< its nearest items, whether they voted or not
  /// It would win the vote if its nearest item were at least this similar, and all else as it is;
  /// nothing: not even with the same picture.
  std::optional<float> wins_from = std::nullopt;
};

/// Why an answer is what it is.
struct Explanation {
  std::vector<VoterReason> voters;   ///< one per neighbour of the prediction
  std::vector<ClassReason> classes;  ///< by vote; then what else is possible; the runner-up
  std::optional<RunnerUp> runner_up = std::nullopt;
  /// Without the winner's nearest items, as few as it takes to make another class win. Nothing if
  /// there is no other class, or kWinnersLeftOut are too few.
  std::optional<AnswerWithout> overturned = std::nullopt;
};

/// Explains the answer to `query`: `prediction`, which Database::query made with `options`, and
/// `decision`, which `sets` made of it; without p-values both are null. `gallery` is in the same
/// state. Takes as many votes as there are neighbours and a few searches, whatever k is. Errors as
/// Gallery::search. Thread-safe.
Explanation explain(const Gallery& gallery, std::span<const float> query,
                    const Prediction& prediction, const QueryOptions& options,
                    const AnswerSets* sets = nullptr, const Decision* decision = nullptr);

}  // namespace simdb
