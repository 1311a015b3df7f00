#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/parallel.h"
#include "decisions/answer_sets_internal.h"
#include "simdb/calibration.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// That a thread decides at a time.
constexpr std::size_t kQueriesAtOnce = 8;

using BestOfClass = std::unordered_map<std::uint32_t, float>;  // s_y(x) by the place of y

void note(BestOfClass& best, std::uint32_t place, float similarity) {
  const auto [known, is_new] = best.try_emplace(place, similarity);
  if (!is_new) known->second = std::max(known->second, similarity);
}

// Every class that is not among `seen` has a similarity of at most this.
float bound_of_unseen(const Prediction& prediction, const QueryOptions& options) {
  if (options.within) return *options.within - kSimilarityTolerance;
  return prediction.neighbors.size() < options.k ? -std::numeric_limits<float>::infinity()
                                                 : prediction.neighbors.back().similarity;
}

// The lowest threshold of the classes in question that were not seen; infinite if there is none.
float lowest_unseen(const ClassRules& rules, const SearchFilter& filter, const BestOfClass& seen) {
  if (filter.class_names.empty()) {
    for (const std::uint32_t place : rules.lowest()) {
      if (!seen.contains(place)) return rules.threshold(place);
    }
    // All of the lowest were seen: no other is below them.
    return rules.lowest().size() <= ClassRules::kLowest ? std::numeric_limits<float>::infinity()
                                                        : rules.threshold(rules.lowest().back());
  }
  float lowest = std::numeric_limits<float>::infinity();
  for (const std::string& name : filter.class_names) {
    const auto place = rules.state().place_of(name);
    if (place && !seen.contains(*place)) lowest = std::min(lowest, rules.threshold(*place));
  }
  return lowest;
}

BestOfClass best_of_classes(const ClassRules& rules, const Gallery& gallery,
                            std::span<const float> query, const Prediction& prediction,
                            const QueryOptions& options) {
  BestOfClass best;
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    if (const auto place = rules.state().place_of(neighbor.class_name)) {
      note(best, *place, neighbor.similarity);
    }
  }
  const float lowest = lowest_unseen(rules, options.filter, best);
  if (lowest > bound_of_unseen(prediction, options)) return best;
  for (const Neighbor& hit : gallery.range_search(query, lowest, options.filter)) {
    for (const CalibrationState::Item& item : rules.state().entries_of(hit.id)) {
      note(best, item.place, hit.similarity);
    }
  }
  return best;
}

// By the vote, then by p-value; classes without either last.
void sort_possible(std::vector<PossibleClass>& possible, const Prediction& prediction) {
  std::unordered_map<std::string_view, std::size_t> rank;
  for (const ClassScore& entry : prediction.ranking) rank.emplace(entry.class_name, rank.size());
  const auto rank_of = [&](const PossibleClass& entry) {
    const auto found = rank.find(entry.class_name);
    return found == rank.end() ? rank.size() : found->second;
  };
  std::sort(possible.begin(), possible.end(), [&](const PossibleClass& a, const PossibleClass& b) {
    if (rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b);
    if (a.p != b.p) return a.p > b.p;
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.class_name < b.class_name;
  });
}

double familiarity_of(const ClassRules& rules, const Prediction& prediction) {
  double best = -std::numeric_limits<double>::infinity();
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    const auto place = rules.state().place_of(neighbor.class_name);
    const float typical = place ? rules.typical(*place) : rules.typical_of_all();
    best = std::max(best, static_cast<double>(neighbor.similarity) - typical / 2);
  }
  const double groups = std::max(1.0, rules.mean_groups());
  return best + (0.05 + 0.2 / groups) * std::log(prediction.confidence);
}

// Whether no item of a class is left out: else its p-values would be too small.
bool whole_classes(const QueryOptions& options) {
  return options.filter.ids.all() && options.filter.where.empty();
}

float best_of_winner(const Prediction& prediction) {
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    if (neighbor.class_name == prediction.class_name) return neighbor.similarity;
  }
  return -1;
}

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kKnown:
      return "known";
    case Verdict::kAmbiguous:
      return "ambiguous";
    case Verdict::kUnknown:
      return "unknown";
    case Verdict::kUncalibrated:
      break;
  }
  return "uncalibrated";
}

std::string_view name_of(CalibratedBy by) noexcept {
  switch (by) {
    case CalibratedBy::kItems:
      return "items";
    case CalibratedBy::kClasses:
      return "classes";
    case CalibratedBy::kAllItems:
      return "all-items";
    case CalibratedBy::kHeldOut:
      return "held-out";
    case CalibratedBy::kNothing:
      break;
  }
  return "nothing";
}

AnswerSets::AnswerSets(const Calibration& calibration, double alpha)
    : rules_(std::make_unique<const Rules>(calibration.state_, alpha)) {}
AnswerSets::~AnswerSets() = default;
AnswerSets::AnswerSets(AnswerSets&&) noexcept = default;
AnswerSets& AnswerSets::operator=(AnswerSets&&) noexcept = default;

double AnswerSets::alpha() const noexcept { return rules_->alpha(); }

CalibratedClasses AnswerSets::classes() const {
  CalibratedClasses counts;
  for (std::uint32_t place = 0; place < rules_->state().classes.size(); ++place) {
    switch (rules_->calibrated_by(place)) {
      case CalibratedBy::kItems:
        ++counts.by_items;
        break;
      case CalibratedBy::kClasses:
        ++counts.by_classes;
        break;
      case CalibratedBy::kAllItems:
        ++counts.by_all_items;
        break;
      case CalibratedBy::kHeldOut:
        ++counts.by_held_out;
        break;
      case CalibratedBy::kNothing:
        ++counts.uncalibrated;
        break;
    }
  }
  return counts;
}

Decision AnswerSets::decide(const Gallery& gallery, std::span<const float> query,
                            const Prediction& prediction, const QueryOptions& options) const {
  std::vector<PossibleClass> calibrated;
  if (!prediction.ranking.empty() && whole_classes(options)) {
    for (const auto& [place, best] :
         best_of_classes(*rules_, gallery, query, prediction, options)) {
      if (best < rules_->threshold(place)) continue;
      calibrated.push_back({rules_->state().classes[place].name, best, rules_->p_value(place, best),
                            rules_->calibrated_by(place)});
    }
  }
  return decide(std::move(calibrated), prediction, options);
}

Decision AnswerSets::decide(std::vector<PossibleClass> calibrated, const Prediction& prediction,
                            const QueryOptions& options) const {
  Decision decision;
  if (prediction.ranking.empty()) return decision;
  decision.familiarity = familiarity_of(*rules_, prediction);
  decision.possible = std::move(calibrated);
  const auto winner = rules_->state().place_of(prediction.class_name);
  const bool winner_is_calibrated =
      whole_classes(options) && winner && rules_->calibrated_by(*winner) != CalibratedBy::kNothing;
  const float nearest = best_of_winner(prediction);
  if (!winner_is_calibrated && nearest >= options.accept_similarity - kSimilarityTolerance) {
    decision.verdict = decision.possible.empty() ? Verdict::kUncalibrated : Verdict::kAmbiguous;
    decision.possible.push_back({prediction.class_name, nearest});
  } else if (decision.possible.empty()) {
    decision.verdict = Verdict::kUnknown;
  } else {
    decision.verdict = decision.possible.size() == 1 &&
                               decision.possible.front().class_name == prediction.class_name
                           ? Verdict::kKnown
                           : Verdict::kAmbiguous;
  }
  sort_possible(decision.possible, prediction);
  return decision;
}

ClassStanding AnswerSets::standing(std::string_view class_name, float similarity,
                                   const QueryOptions& options) const {
  const auto place = rules_->state().place_of(class_name);
  if (!place || !whole_classes(options) ||
      rules_->calibrated_by(*place) == CalibratedBy::kNothing) {
    return {};
  }
  const ClassRules::Rank rank = rules_->rank(*place, similarity);
  return {rules_->p_value(*place, similarity), rules_->calibrated_by(*place), rank.scores,
          rank.no_larger, rules_->threshold(*place)};
}

std::vector<Decision> AnswerSets::decide_batch(const Gallery& gallery,
                                               const EmbeddingBatch& queries,
                                               std::span<const Prediction> predictions,
                                               const QueryOptions& options,
                                               const std::function<void()>& check) const {
  if (queries.rows() != predictions.size()) {
    throw Error(ErrorCode::kUsage, std::to_string(queries.rows()) + " queries but " +
                                       std::to_string(predictions.size()) + " predictions");
  }
  std::vector<Decision> decisions(predictions.size());
  parallel_for(decisions.size(), kQueriesAtOnce, core_count(),
               [&](std::size_t first, std::size_t last) {
                 for (std::size_t i = first; i < last; ++i) {
                   check();
                   decisions[i] = decide(gallery, queries.row(i), predictions[i], options);
                 }
               });
  return decisions;
}

}  // namespace simdb
