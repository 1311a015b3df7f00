#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/args.h"
#include "cli/console.h"
#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/why.h"

namespace simdb::cli {

/// -k, --class, --where, --alpha, --accept and --within.
void add_decision_options(ArgumentParser& parser);
/// What these say, but for k; see with_vote_options(). Throws Error(kUsage).
QueryOptions decision_options(const ArgumentParser& parser);

/// What is printed of an image. Without p-values the nearest similarity decides.
struct Answer {
  Prediction prediction;
  std::optional<Decision> decision;

  bool accepted() const {
    return decision
               ? decision->verdict == Verdict::kKnown || decision->verdict == Verdict::kUncalibrated
               : prediction.accepted;
  }
};

/// How answers are decided: by p-values, where the database is calibrated and no similarity was
/// asked for. Immutable; thread-safe. What it is given must outlive it.
class Decider {
 public:
  Decider(const ArgumentParser& parser, const Database& database, const QueryOptions& options,
          Console& console);

  Answer answer(std::span<const float> embedding, Prediction prediction) const;
  /// The same for many, on all cores.
  std::vector<Answer> answers(const EmbeddingBatch& embeddings,
                              std::vector<Prediction>&& predictions) const;
  Explanation explain(std::span<const float> embedding, const Answer& answer) const;

  /// The word for an answer.
  std::string_view verdict(const Answer& answer) const;
  /// A line for a person.
  std::string text(const Answer& answer) const;
  /// Nothing where answers go by similarity.
  std::optional<double> alpha() const;
  const QueryOptions& options() const { return options_; }
  const Database& database() const { return database_; }

 private:
  const Database& database_;
  const QueryOptions& options_;
  double alpha_;
  bool by_similarity_;
  std::uint64_t items_;
  std::optional<AnswerSets> sets_;
};

/// The answer of `query --json`; with `why` the reasons too.
nlohmann::ordered_json to_json(const std::string& path, const Answer& answer,
                               const Decider& decider, const Explanation* why = nullptr);

}  // namespace simdb::cli
