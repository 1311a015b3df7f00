#include "pipeline/confusion.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "database/predict.h"
#include "pipeline/different_items.h"

namespace simdb {
namespace {

// Hits of at least this similarity to an item may be itself or copies of it.
constexpr float kItself = 0.999999F;
constexpr std::size_t kCopies = 16;

// What a query would have found without the item.
std::vector<LabeledNeighbor> neighbors_of(const LeftOutVote& vote, const DifferentItems& items) {
  std::vector<LabeledNeighbor> neighbors;
  neighbors.reserve(vote.voters.size());
  for (std::size_t i = 0; i < vote.voters.size(); ++i) {
    const Voter& voter = vote.voters[i];
    neighbors.push_back({.id = items.ids[vote.voter_rows[i]],
                         .similarity = voter.similarity,
                         .class_name = items.class_names[static_cast<std::size_t>(voter.label)],
                         .source = {},
                         .class_size = voter.class_size,
                         .mean_similarity = voter.mean_similarity});
  }
  return neighbors;
}

// Decides on items as if each were not in the gallery.
class LeftOutDecisions {
 public:
  LeftOutDecisions(const Gallery& gallery, const QueryOptions& options, const AnswerSets& sets)
      : gallery_(gallery), options_(options), sets_(sets) {}

  bool is_unknown(std::span<const float> item, const std::string& own,
                  const Prediction& prediction) const {
    std::vector<std::string> seen;
    for (const LabeledNeighbor& neighbor : prediction.neighbors) {  // nearest first
      if (std::ranges::find(seen, neighbor.class_name) != seen.end()) continue;
      seen.push_back(neighbor.class_name);
      if (is_possible(neighbor.class_name, neighbor.similarity)) return false;
    }
    if (sets_.decide({}, prediction, options_).verdict != Verdict::kUnknown) return false;
    // A class that is not among the neighbours may be possible too. Its own then has the item
    // itself in it.
    const Decision decision = sets_.decide(gallery_, item, prediction, options_);
    if (std::ranges::any_of(decision.possible,
                            [&](const PossibleClass& entry) { return entry.class_name != own; })) {
      return false;
    }
    if (decision.possible.empty()) return true;
    const auto nearest = gallery_.search(item, kCopies, {.class_names = {own}});
    const auto other =
        std::ranges::find_if(nearest, [](const Neighbor& hit) { return hit.similarity < kItself; });
    return other != nearest.end() && !is_possible(own, other->similarity);
  }

 private:
  bool is_possible(const std::string& class_name, float similarity) const {
    return sets_.standing(class_name, similarity, options_).p.value_or(0) > sets_.alpha();
  }

  const Gallery& gallery_;
  const QueryOptions& options_;
  const AnswerSets& sets_;
};

}  // namespace

Confusion find_confusion(const Gallery& gallery, const QueryOptions& options,
                         const AnswerSets* sets, std::size_t most,
                         const std::function<void()>& check) {
  const DifferentItems items = different_items(gallery, check);
  const std::vector<std::size_t> asked = items.draw(most);
  Confusion result{.items = asked.size(), .of = items.all};
  if (asked.empty()) return result;
  const std::vector<LeftOutVote> votes =
      votes_of_others(items.embeddings, items.labels, asked, {.voters = options.k, .check = check});
  result.quality = quality_of(votes, options.k, options.rule);
  std::map<std::string, Confusion::OfClass> classes;
  std::map<std::pair<std::string, std::string>, std::uint64_t> pairs;
  std::vector<RatedAnswer> rated;
  rated.reserve(asked.size());
  std::uint64_t unknown = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    check();
    const std::string& own = items.class_names[static_cast<std::size_t>(votes[i].label)];
    const Prediction prediction = predict(neighbors_of(votes[i], items), options);
    const bool is_right = prediction.class_name == own;
    rated.push_back({prediction.confidence, is_right});
    Confusion::OfClass& counted = classes.try_emplace(own, Confusion::OfClass{own}).first->second;
    ++counted.items;
    counted.right += is_right ? 1 : 0;
    if (!is_right) ++pairs[{own, prediction.class_name}];
    if (sets == nullptr) continue;
    const LeftOutDecisions decisions(gallery, options, *sets);
    unknown += decisions.is_unknown(items.embeddings.row(asked[i]), own, prediction) ? 1 : 0;
  }
  for (auto& [name, counted] : classes) result.classes.push_back(std::move(counted));
  for (const auto& [names, count] : pairs) {
    result.confusions.push_back({names.first, names.second, count});
  }
  std::ranges::stable_sort(result.confusions, std::greater<>(), &Confusion::Pair::items);
  result.reliability = calibration_bins(rated);
  std::erase_if(result.reliability, [](const CalibrationBin& bin) { return bin.answers == 0; });
  if (sets != nullptr) result.unknown = estimated_share(unknown, asked.size());
  return result;
}

}  // namespace simdb
