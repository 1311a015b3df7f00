#include <algorithm>
#include <cmath>
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

// The possible classes of a decision, and their places in the vote, while they are put in order.
class PossibleClasses {
 public:
  explicit PossibleClasses(const Prediction& prediction) {
    for (const ClassScore& entry : prediction.ranking) {
      rank_.emplace(entry.class_name, rank_.size());
    }
  }

  void add(PossibleClass entry) {
    const auto found = rank_.find(entry.class_name);
    add(std::move(entry), found == rank_.end() ? rank_.size() : found->second);
  }
  void add_without_vote(PossibleClass entry) { add(std::move(entry), rank_.size()); }

  bool empty() const { return classes_.empty(); }
  bool is_only(std::string_view name) const {
    return classes_.size() == 1 && classes_.front().class_name == name;
  }

  // By the vote, then by p-value; classes without either last.
  std::vector<PossibleClass> sorted() && {
    std::sort(keys_.begin(), keys_.end(), [&](const Key& a, const Key& b) {
      if (a.rank != b.rank) return a.rank < b.rank;
      if (a.p != b.p) return a.p > b.p;
      return a.similarity != b.similarity
                 ? a.similarity > b.similarity
                 : classes_[a.place].class_name < classes_[b.place].class_name;
    });
    std::vector<PossibleClass> result;
    result.reserve(classes_.size());
    for (const Key& key : keys_) result.push_back(std::move(classes_[key.place]));
    return result;
  }

 private:
  struct Key {
    std::size_t rank = 0;
    double p = 0;
    float similarity = 0;
    std::size_t place = 0;  // in classes_
  };

  void add(PossibleClass entry, std::size_t rank) {
    keys_.push_back({rank, entry.p.value_or(-1), entry.similarity, classes_.size()});
    classes_.push_back(std::move(entry));
  }

  std::unordered_map<std::string_view, std::size_t> rank_;
  std::vector<PossibleClass> classes_;
  std::vector<Key> keys_;
};

double familiarity_of(const ClassRules& rules, const SeenClasses& seen,
                      const Prediction& prediction) {
  const double groups = std::max(1.0, rules.mean_groups());
  return seen.familiarity + (0.05 + 0.2 / groups) * std::log(prediction.confidence);
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

namespace {

// The decision where these are possible, by p-values.
Decision decide_by(const ClassRules& rules, const SeenClasses& seen, PossibleClasses possible,
                   const Prediction& prediction, const QueryOptions& options) {
  Decision decision;
  decision.familiarity = familiarity_of(rules, seen, prediction);
  const auto winner = rules.state().place_of(prediction.class_name);
  const bool winner_is_calibrated =
      whole_classes(options) && winner && rules.calibrated_by(*winner) != CalibratedBy::kNothing;
  const float nearest = best_of_winner(prediction);
  if (!winner_is_calibrated && nearest >= options.accept_similarity - kSimilarityTolerance) {
    decision.verdict = possible.empty() ? Verdict::kUncalibrated : Verdict::kAmbiguous;
    possible.add({prediction.class_name, nearest});
  } else if (possible.empty()) {
    decision.verdict = Verdict::kUnknown;
  } else {
    decision.verdict =
        possible.is_only(prediction.class_name) ? Verdict::kKnown : Verdict::kAmbiguous;
  }
  decision.possible = std::move(possible).sorted();
  return decision;
}

}  // namespace

Decision AnswerSets::decide(const Gallery& gallery, std::span<const float> query,
                            const Prediction& prediction, const QueryOptions& options) const {
  if (prediction.ranking.empty()) return {};
  const SeenClasses seen(*rules_, prediction);
  PossibleClasses possible(prediction);
  const auto entry_of = [&](const GroupBest& best) -> PossibleClass {
    return {rules_->state().classes[best.group].name, best.similarity,
            rules_->p_value(best.group, best.similarity), rules_->calibrated_by(best.group)};
  };
  if (whole_classes(options)) {
    for (const GroupBest& best : seen.classes) {
      if (best.similarity >= rules_->threshold(best.group)) possible.add(entry_of(best));
    }
    for (const GroupBest& best : rules_->search.unseen(gallery, query, prediction, options, seen)) {
      if (best.similarity >= rules_->threshold(best.group)) {
        possible.add_without_vote(entry_of(best));
      }
    }
  }
  return decide_by(*rules_, seen, std::move(possible), prediction, options);
}

Decision AnswerSets::decide(std::vector<PossibleClass> calibrated, const Prediction& prediction,
                            const QueryOptions& options) const {
  if (prediction.ranking.empty()) return {};
  PossibleClasses possible(prediction);
  for (PossibleClass& entry : calibrated) possible.add(std::move(entry));
  return decide_by(*rules_, {*rules_, prediction}, std::move(possible), prediction, options);
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
