#include "pipeline/decision_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "measures/open_set.h"

namespace simdb {
namespace {

std::vector<Decision> decide(const Database& database, const AnswerSets& sets,
                             const EmbeddingBatch& images, const QueryOptions& options) {
  return sets.decide_batch(database.gallery(), images, database.query_batch(images, options),
                           options);
}

std::uint64_t count_unknown(const std::vector<Decision>& decisions) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      decisions, [](const Decision& decision) { return decision.verdict == Verdict::kUnknown; }));
}

std::vector<float> familiarities(const std::vector<Decision>& decisions) {
  std::vector<float> scores;
  scores.reserve(decisions.size());
  for (const Decision& decision : decisions) {
    scores.push_back(static_cast<float>(decision.familiarity));
  }
  return scores;
}

}  // namespace

DecisionReport report_decisions(const Database& database, const AnswerSets& sets,
                                const Evaluation& result, const QueryOptions& options,
                                const EmbeddingBatch& foreign) {
  DecisionReport report;
  report.alpha = sets.alpha();
  const std::vector<Decision> decisions = decide(database, sets, result.embeddings, options);
  std::vector<bool> is_stored;
  is_stored.reserve(result.classes.size());
  for (const std::string& name : result.classes) {
    is_stored.push_back(database.gallery().class_size(name) > 0);
  }
  std::uint64_t stored = 0;
  std::uint64_t unknown = 0;
  std::uint64_t covered = 0;
  std::size_t possible = 0;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    possible += decisions[i].possible.size();
    const std::size_t truth = result.images[i].truth;
    if (!is_stored[truth]) continue;
    ++stored;
    unknown += decisions[i].verdict == Verdict::kUnknown ? 1 : 0;
    covered += std::ranges::any_of(decisions[i].possible,
                                   [&](const PossibleClass& entry) {
                                     return entry.class_name == result.classes[truth];
                                   })
                   ? 1
                   : 0;
  }
  report.unknown = estimated_share(unknown, stored);
  report.covered = estimated_share(covered, stored);
  if (!decisions.empty()) {
    report.set_size = static_cast<double>(possible) / static_cast<double>(decisions.size());
  }
  if (foreign.empty()) return report;
  const std::vector<Decision> strangers = decide(database, sets, foreign, options);
  report.foreign_accepted =
      estimated_share(strangers.size() - count_unknown(strangers), strangers.size());
  report.auroc = auroc(familiarities(decisions), familiarities(strangers));
  return report;
}

}  // namespace simdb
