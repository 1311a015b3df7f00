#include "simdb/why.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/vote.h"
#include "database/predict.h"
#include "decisions/class_summary.h"
#include "simdb/classifier.h"

namespace simdb {
namespace {

using Items = std::vector<LabeledNeighbor>;

bool has(const Items& items, ItemId id) {
  return std::ranges::find(items, id, &LabeledNeighbor::id) != items.end();
}

// Sizes and means of classes without some of their items, as Gallery::look_up would tell them.
class ClassesWithout {
 public:
  explicit ClassesWithout(const Gallery& gallery) : gallery_(gallery) {}

  std::uint64_t items_of(const std::string& name) { return class_of(name).items; }

  ClassSummary tell(const std::string& name, bool with_mean, const Items& left_out) {
    Class& known = class_of(name);
    const auto gone = static_cast<std::uint64_t>(
        std::ranges::count(left_out, name, &LabeledNeighbor::class_name));
    const std::uint64_t items = known.items - std::min(gone, known.items);
    if (gone > 0) return summary_of(name, known, items, with_mean, left_out);
    if (!with_mean) return {items, nullptr};
    if (!known.whole) known.whole = summary_of(name, known, items, true, {});
    return *known.whole;
  }

 private:
  struct Class {
    std::uint64_t items = 0;
    // Once a mean was asked for:
    std::vector<ItemId> ids = {};
    std::vector<std::optional<Embedding>> embeddings = {};
    std::optional<ClassSummary> whole = std::nullopt;
  };

  Class& class_of(const std::string& name) {
    const auto [found, is_new] = classes_.try_emplace(name);
    if (is_new) found->second.items = gallery_.class_size(name);
    return found->second;
  }

  ClassSummary summary_of(const std::string& name, Class& known, std::uint64_t items,
                          bool with_mean, const Items& left_out) const {
    return summarize_class(items, with_mean, gallery_.dimension(), [&](const auto& add) {
      if (known.ids.empty()) {
        known.ids = gallery_.items_of(name);
        known.embeddings = gallery_.embeddings(known.ids);
      }
      for (std::size_t i = 0; i < known.ids.size(); ++i) {
        const std::optional<Embedding>& embedding = known.embeddings[i];
        if (embedding && !has(left_out, known.ids[i])) add(embedding->values());
      }
    });
  }

  const Gallery& gallery_;
  std::map<std::string, Class> classes_;
};

// The rise of a class by its mean is shared out as its vote is.
std::vector<VoterReason> shares_of(const Prediction& prediction, const VoteRule& rule) {
  std::map<std::string_view, double> share_per_weight;
  const auto weight = [&](const LabeledNeighbor& voter) {
    return std::exp((static_cast<double>(voter.similarity) -
                     static_cast<double>(prediction.neighbors.front().similarity)) /
                    rule.temperature);
  };
  for (const LabeledNeighbor& voter : prediction.neighbors) {
    share_per_weight[voter.class_name] += weight(voter);
  }
  for (const ClassScore& entry : prediction.ranking) {
    double& sum = share_per_weight[entry.class_name];
    sum = sum > 0 ? entry.score / sum : 0;
  }
  std::vector<VoterReason> reasons;
  reasons.reserve(prediction.neighbors.size());
  for (const LabeledNeighbor& voter : prediction.neighbors) {
    reasons.push_back({weight(voter) * share_per_weight[voter.class_name]});
  }
  return reasons;
}

bool is_other_answer(const AnswerWithout& answer, const Prediction& now, const Decision* decision) {
  const bool same_class = answer.prediction.class_name == now.class_name;
  if (!decision || !answer.decision) {
    return answer.prediction.accepted != now.accepted || (now.accepted && !same_class);
  }
  if (answer.decision->verdict != decision->verdict) return true;
  if (decision->verdict == Verdict::kUnknown) return false;
  return !same_class ||
         !std::ranges::is_permutation(answer.decision->possible, decision->possible, {},
                                      &PossibleClass::class_name, &PossibleClass::class_name);
}

class Explainer {
 public:
  Explainer(const Gallery& gallery, std::span<const float> query, const Prediction& prediction,
            const QueryOptions& options, const AnswerSets* sets, const Decision* decision)
      : gallery_(gallery),
        query_(query),
        prediction_(prediction),
        options_(options),
        sets_(sets),
        decision_(decision),
        classes_(gallery),
        candidates_(prediction.neighbors) {
    if (options.within || candidates_.size() < options.k) return;  // there are no more
    std::unordered_set<ItemId> known;
    for (const LabeledNeighbor& voter : candidates_) known.insert(voter.id);
    for (LabeledNeighbor& next :
         gallery.look_up(query, {options.k + kWinnersLeftOut, std::nullopt, options.filter})) {
      if (!known.contains(next.id)) candidates_.push_back(std::move(next));
    }
  }

  Explanation explain() {
    Explanation explanation;
    if (prediction_.ranking.empty()) return explanation;
    explanation.voters = shares_of(prediction_, options_.rule);
    for (std::size_t i = 0; i < std::min(kVotersLeftOut, explanation.voters.size()); ++i) {
      explanation.voters[i].without = without({prediction_.neighbors[i]});
    }
    explanation.runner_up = find_runner_up();
    if (explanation.runner_up) {
      explanation.runner_up->wins_from = wins_from(explanation.runner_up->nearest.front());
    }
    explanation.overturned = overturned();
    explanation.classes = class_reasons(explanation.runner_up);
    return explanation;
  }

 private:
  // The vote of the nearest of `candidates`.
  Prediction vote_of(const Items& candidates, const Items& left_out) {
    Items voters;
    const std::size_t most = options_.within ? candidates.size() : options_.k;
    for (const LabeledNeighbor& candidate : candidates) {
      if (voters.size() == most) break;
      if (has(left_out, candidate.id)) continue;
      voters.push_back(candidate);
      voters.back().mean_similarity.reset();
    }
    describe_classes(query_, voters, [&](std::string_view name, bool with_mean) {
      return classes_.tell(std::string(name), with_mean, left_out);
    });
    return predict(std::move(voters), options_);
  }

  AnswerWithout without(const Items& left_out) {
    AnswerWithout answer{.items = {}, .prediction = vote_of(candidates_, left_out)};
    for (const LabeledNeighbor& item : left_out) answer.items.push_back(item.id);
    if (sets_ && decision_) {
      answer.decision = sets_->decide(still_possible(left_out), answer.prediction, options_);
    }
    Items& neighbors = answer.prediction.neighbors;
    if (neighbors.size() > 1) neighbors.erase(neighbors.begin() + 1, neighbors.end());
    answer.is_other = is_other_answer(answer, prediction_, decision_);
    return answer;
  }

  // A class without items is less alike than before: none becomes possible.
  std::vector<PossibleClass> still_possible(const Items& left_out) const {
    std::vector<PossibleClass> possible;
    for (PossibleClass entry : decision_->possible) {
      if (!entry.p) continue;
      if (std::ranges::find(left_out, entry.class_name, &LabeledNeighbor::class_name) !=
          left_out.end()) {
        const auto nearest = nearest_without(entry.class_name, left_out);
        if (!nearest) continue;
        const ClassStanding standing = sets_->standing(entry.class_name, *nearest, options_);
        if (!standing.needed || *nearest < *standing.needed) continue;
        entry.similarity = *nearest;
        entry.p = standing.p;
      }
      possible.push_back(std::move(entry));
    }
    return possible;
  }

  std::optional<float> nearest_without(const std::string& name, const Items& left_out) const {
    for (const LabeledNeighbor& candidate : candidates_) {
      if (candidate.class_name == name && !has(left_out, candidate.id)) return candidate.similarity;
    }
    for (const Neighbor& hit : gallery_.search(query_, left_out.size() + 1, only({name}))) {
      if (!has(left_out, hit.id)) return hit.similarity;
    }
    return std::nullopt;
  }

  // The filter, but of its classes only these.
  SearchFilter only(std::vector<std::string> class_names) const {
    SearchFilter filter = options_.filter;
    filter.class_names = std::move(class_names);
    return filter;
  }

  std::optional<RunnerUp> find_runner_up() const {
    std::string name;
    if (prediction_.ranking.size() > 1) {
      name = prediction_.ranking[1].class_name;
    } else {
      std::vector<std::string> others = options_.filter.class_names;
      if (others.empty()) {
        for (ClassCount& entry : gallery_.classes()) others.push_back(std::move(entry.name));
      }
      std::erase(others, prediction_.class_name);
      if (others.empty()) return std::nullopt;
      const auto nearest = gallery_.look_up(query_, {1, std::nullopt, only(std::move(others))});
      if (nearest.empty()) return std::nullopt;
      name = nearest.front().class_name;
    }
    RunnerUp runner_up{name,
                       gallery_.look_up(query_, {kRunnerUpItems, std::nullopt, only({name})})};
    if (runner_up.nearest.empty()) return std::nullopt;  // removed meanwhile
    return runner_up;
  }

  std::optional<float> wins_from(LabeledNeighbor item) {
    Items candidates = candidates_;
    std::erase_if(candidates, [&](const LabeledNeighbor& other) { return other.id == item.id; });
    const auto wins_at = [&](float similarity) {
      item.similarity = similarity;
      if (options_.within && similarity < *options_.within - kSimilarityTolerance) return false;
      Items with = candidates;
      with.insert(std::ranges::find_if(with,
                                       [&](const LabeledNeighbor& other) {
                                         return ranks_before({item.id, item.similarity},
                                                             {other.id, other.similarity});
                                       }),
                  item);
      return vote_of(with, {}).class_name == item.class_name;
    };
    constexpr float kCloseEnough = 1e-5F;
    float loses = item.similarity;
    float wins = 1;
    if (!wins_at(wins)) return std::nullopt;
    while (wins - loses > kCloseEnough) {
      const float middle = loses + (wins - loses) / 2;
      (wins_at(middle) ? wins : loses) = middle;
    }
    return wins;
  }

  std::optional<AnswerWithout> overturned() {
    Items left_out;
    for (const LabeledNeighbor& candidate : candidates_) {
      if (candidate.class_name != prediction_.class_name) continue;
      if (left_out.size() == kWinnersLeftOut) break;
      left_out.push_back(candidate);
      const Prediction vote = vote_of(candidates_, left_out);
      if (vote.ranking.empty()) break;
      if (vote.class_name != prediction_.class_name) return without(left_out);
    }
    return std::nullopt;
  }

  std::vector<ClassReason> class_reasons(const std::optional<RunnerUp>& runner_up) {
    std::vector<ClassReason> reasons;
    std::map<std::string_view, std::size_t> place_of;
    for (const ClassScore& entry : prediction_.ranking) {
      place_of.emplace(entry.class_name, reasons.size());
      reasons.push_back({.class_name = entry.class_name, .share = entry.score});
    }
    for (const LabeledNeighbor& voter : prediction_.neighbors) {
      ClassReason& reason = reasons[place_of.at(voter.class_name)];
      if (reason.voters++ > 0) continue;
      reason.nearest = voter.id;
      reason.similarity = voter.similarity;
    }
    if (decision_) {
      for (const PossibleClass& entry : decision_->possible) {
        const auto [found, is_new] = place_of.emplace(entry.class_name, reasons.size());
        if (is_new) {
          reasons.push_back({.class_name = entry.class_name, .similarity = entry.similarity});
        }
        reasons[found->second].is_possible = true;
      }
    }
    if (runner_up) {
      const auto [found, is_new] = place_of.emplace(runner_up->class_name, reasons.size());
      if (is_new) reasons.push_back({.class_name = runner_up->class_name});
      reasons[found->second].nearest = runner_up->nearest.front().id;
      reasons[found->second].similarity = runner_up->nearest.front().similarity;
    }
    for (ClassReason& reason : reasons) {
      reason.items = classes_.items_of(reason.class_name);
      if (sets_) reason.standing = sets_->standing(reason.class_name, reason.similarity, options_);
    }
    return reasons;
  }

  const Gallery& gallery_;
  const std::span<const float> query_;
  const Prediction& prediction_;
  const QueryOptions& options_;
  const AnswerSets* const sets_;
  const Decision* const decision_;
  ClassesWithout classes_;
  Items candidates_;  // the voters and who comes next, nearest first
};

}  // namespace

Explanation explain(const Gallery& gallery, std::span<const float> query,
                    const Prediction& prediction, const QueryOptions& options,
                    const AnswerSets* sets, const Decision* decision) {
  return Explainer(gallery, query, prediction, options, sets, decision).explain();
}

}  // namespace simdb
