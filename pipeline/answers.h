#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/why.h"

namespace simdb {

/// What is told of one image. Without p-values the nearest similarity decides.
struct Answer {
  Prediction prediction;
  std::optional<Decision> decision;
  bool is_approximate = false;  ///< as the gallery's searches are

  bool accepted() const {
    return decision
               ? decision->verdict == Verdict::kKnown || decision->verdict == Verdict::kUncalibrated
               : prediction.accepted;
  }
};

/// Makes answers: of predictions by p-values, where `sets` are given, else by
/// QueryOptions::accept_similarity. Immutable; thread-safe. `database` and `options` must outlive
/// it.
class Decider {
 public:
  /// `by_similarity`: somebody chose accept_similarity, so an accepted image is "known"; else it is
  /// "uncalibrated". Of no account where there are sets.
  Decider(const Database& database, const QueryOptions& options,
          std::shared_ptr<const AnswerSets> sets, bool by_similarity);

  Answer answer(std::span<const float> embedding, Prediction prediction) const;
  /// The same for many, on all cores.
  std::vector<Answer> answers(const EmbeddingBatch& embeddings,
                              std::vector<Prediction>&& predictions) const;
  Explanation explain(std::span<const float> embedding, const Answer& answer) const;

  /// The word for an answer.
  std::string_view verdict(const Answer& answer) const;
  /// Nothing where answers go by similarity.
  std::optional<double> alpha() const;
  const QueryOptions& options() const { return options_; }
  const Database& database() const { return database_; }

 private:
  const Database& database_;
  const QueryOptions& options_;
  std::shared_ptr<const AnswerSets> sets_;
  bool by_similarity_;
};

}  // namespace simdb
