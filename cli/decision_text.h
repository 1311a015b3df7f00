#pragma once

#include <optional>
#include <string>

#include "pipeline/answers.h"

namespace simdb::cli {

/// What the text of an answer tells of how it was made.
struct AnswerTerms {
  std::optional<float> within = std::nullopt;  ///< QueryOptions::within
  std::optional<double> alpha = std::nullopt;  ///< Decider::alpha()
  bool is_empty = false;                       ///< the database; of account only with `within`
};
AnswerTerms terms_of(const Decider& decider);

/// A line for a person: "bolt  97.5 %, p 0.42", "ambiguous: bolt (97.5 %, p 0.42) or nut (2.5 %, p
/// 0.08)", "unknown (nearest class bolt, similarity 0.612; no class has p above 0.05)"; and at
/// its end ", approximate" if it is.
std::string answer_text(const Answer& answer, const AnswerTerms& terms);
std::string answer_text(const Answer& answer, const Decider& decider);

}  // namespace simdb::cli
