#include "cli/decision_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/render.h"

namespace simdb::cli {
namespace {

// Of an ambiguous answer; JSON has all.
constexpr std::size_t kNamedClasses = 5;

// Not rounded up to an alpha that it does not reach, nor to 0.
std::string p_text(const std::optional<double>& p) {
  return p ? fmt::format("p {:.2g}", *p) : "uncalibrated";
}

double share_of(const Prediction& prediction, const std::string& class_name) {
  const auto found = std::ranges::find(prediction.ranking, class_name, &ClassScore::class_name);
  return found == prediction.ranking.end() ? 0 : found->score;
}

std::string list_of(const std::vector<PossibleClass>& possible, const Prediction& prediction) {
  std::string text;
  const std::size_t named = std::min(possible.size(), kNamedClasses);
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) text += i + 1 == possible.size() ? " or " : ", ";
    const std::string& name = possible[i].class_name;
    text += fmt::format("{} ({}, {})", printable(name), percent(share_of(prediction, name)),
                        p_text(possible[i].p));
  }
  if (named < possible.size()) {
    text += " or " + count_of(possible.size() - named, "other", "others");
  }
  return text;
}

std::string decision_text(const Decision& decision, const Prediction& prediction, double alpha) {
  const std::string name = printable(prediction.class_name);
  switch (decision.verdict) {
    case Verdict::kKnown:
      return fmt::format("{}  {}, {}", name, percent(prediction.confidence),
                         p_text(decision.possible.front().p));
    case Verdict::kUncalibrated:
      return fmt::format("{}  {}, uncalibrated", name, percent(prediction.confidence));
    case Verdict::kAmbiguous:
      return "ambiguous: " + list_of(decision.possible, prediction);
    case Verdict::kUnknown:
      break;
  }
  return fmt::format("unknown (nearest class {}, similarity {:.3f}; no class has p above {})",
                     printable(prediction.neighbors.front().class_name),
                     prediction.neighbors.front().similarity, alpha);
}

std::string text_of(const Answer& answer, const AnswerTerms& terms) {
  const Prediction& prediction = answer.prediction;
  if (prediction.ranking.empty()) {
    return terms.within && !terms.is_empty
               ? fmt::format("unknown (no item has a similarity of {} or more)", *terms.within)
               : "unknown (nothing to compare with)";
  }
  if (answer.decision) return decision_text(*answer.decision, prediction, terms.alpha.value_or(0));
  const std::string name = printable(prediction.class_name);
  if (prediction.accepted) return fmt::format("{}  {}", name, percent(prediction.confidence));
  return fmt::format("unknown (nearest class {}, similarity {:.3f})", name,
                     prediction.neighbors.front().similarity);
}

}  // namespace

AnswerTerms terms_of(const Decider& decider) {
  AnswerTerms terms{.within = decider.options().within, .alpha = decider.alpha()};
  terms.is_empty = terms.within && decider.database().gallery().stats().items == 0;
  return terms;
}

std::string answer_text(const Answer& answer, const Decider& decider) {
  return answer_text(answer, terms_of(decider));
}

std::string answer_text(const Answer& answer, const AnswerTerms& terms) {
  return text_of(answer, terms) + (answer.is_approximate ? ", approximate" : "");
}

}  // namespace simdb::cli
