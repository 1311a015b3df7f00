#include "decisions/class_rules.h"

#include <algorithm>
#include <limits>
#include <string>

#include "index/best_similarity.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();

// Of `count` of `n` scores that are no larger.
double p_of(std::size_t count, std::size_t n) {
  return (1 + static_cast<double>(count)) / (static_cast<double>(n) + 1);
}

bool is_enough(std::size_t n, double alpha) { return p_of(0, n) <= alpha; }

// How many of n scores must be no larger for a p-value above alpha. Divides as p_of does, so that
// both agree where (n + 1) * alpha is a whole number.
std::size_t needed_of(std::size_t n, double alpha) {
  auto needed = static_cast<std::size_t>(alpha * (static_cast<double>(n) + 1));
  while (needed > 0 && p_of(needed - 1, n) > alpha) --needed;
  while (p_of(needed, n) <= alpha) ++needed;
  return needed;
}

}  // namespace

void require_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1)) {
    throw Error(ErrorCode::kUsage,
                "alpha is a share between 0 and 1, not " + std::to_string(alpha));
  }
}

std::size_t least_scores(double alpha) {
  std::size_t n = 0;
  while (!is_enough(n, alpha)) ++n;
  return n;
}

ClassRules::ClassRules(std::shared_ptr<const CalibrationState> state, double alpha)
    : state_(std::move(state)), alpha_(alpha) {
  require_alpha(alpha);
  const auto count = static_cast<std::uint32_t>(state_->classes.size());
  rules_.reserve(count);
  for (std::uint32_t place = 0; place < count; ++place) {
    rules_.push_back(by_own_images(state_->classes[place].scores));
  }
  const auto for_each_left = [&](const auto& find_rule) {
    for (std::uint32_t place = 0; place < count; ++place) {
      if (!rules_[place].is_calibrated()) rules_[place] = find_rule(place);
    }
  };
  const auto is_left = [](const Rule& rule) { return !rule.is_calibrated(); };
  if (std::ranges::any_of(rules_, is_left)) {
    draw_sources();
    for_each_left([&](std::uint32_t place) { return by_classes(place); });
  }
  if (std::ranges::any_of(rules_, is_left)) {
    pool_items();
    for_each_left([&](std::uint32_t place) { return by_all_items(state_->classes[place].scores); });
  }
  for (std::uint32_t place = 0; place < count; ++place) {
    if (rules_[place].is_calibrated()) lowest_.push_back(place);
  }
  find_typical();
  const auto lower = [&](std::uint32_t a, std::uint32_t b) {
    return rules_[a].threshold < rules_[b].threshold;
  };
  if (lowest_.size() > kLowest + 1) {
    std::nth_element(lowest_.begin(), lowest_.begin() + kLowest, lowest_.end(), lower);
    lowest_.resize(kLowest + 1);
  }
  std::sort(lowest_.begin(), lowest_.end(), lower);
}

void ClassRules::find_typical() {
  constexpr float kItemsOfAll = 5;
  struct Median {
    float score = 0;
    std::size_t items = 0;
  };
  const auto median_of = [](const ClassScores& scores) -> Median {
    const std::size_t n = scores.held_out.size();
    if (n > 0) return {scores.held_out[n / 2], n};
    const auto& items = scores.calibrating;
    // One that is alone has nothing to be similar to.
    if (items.empty() || items.front().score == kNoSimilarity) return {};
    return {items[items.size() / 2].score, items.size()};
  };
  std::vector<Median> medians;
  std::vector<float> known;
  for (const CalibrationState::Class& entry : state_->classes) {
    mean_groups_ += entry.scores.groups / static_cast<double>(state_->classes.size());
    medians.push_back(median_of(entry.scores));
    if (medians.back().items > 0) known.push_back(medians.back().score);
  }
  if (!known.empty()) {
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::nth_element(known.begin(), middle, known.end());
    typical_of_all_ = *middle;
  }
  typical_.reserve(medians.size());
  for (const Median& median : medians) {
    const auto n = static_cast<float>(median.items);
    typical_.push_back((n * median.score + kItemsOfAll * typical_of_all_) / (n + kItemsOfAll));
  }
}

void ClassRules::pool_items() {
  for (const CalibrationState::Class& known : state_->classes) {
    for (const ItemScore& item : known.scores.calibrating) of_all_items_.push_back(item.score);
  }
  std::sort(of_all_items_.begin(), of_all_items_.end());
}

void ClassRules::draw_sources() {
  struct Source {
    std::uint64_t key = 0;
    std::uint32_t place = 0;
  };
  std::vector<Source> sources;
  for (std::uint32_t place = 0; place < state_->classes.size(); ++place) {
    const CalibrationState::Class& known = state_->classes[place];
    if (!known.scores.drawn.empty()) sources.push_back({text_key(known.name), place});
  }
  if (sources.size() > kCalibratingClasses) {
    std::nth_element(sources.begin(), sources.begin() + kCalibratingClasses, sources.end(),
                     [](const Source& a, const Source& b) {
                       return a.key != b.key ? a.key < b.key : a.place < b.place;
                     });
    sources.resize(kCalibratingClasses);
  }
  is_source_.resize(state_->classes.size());
  over_classes_.resize(kDrawnItems);
  is_sorted_.resize(kDrawnItems);
  for (const Source& source : sources) {
    is_source_[source.place] = true;
    const std::vector<float>& drawn = state_->classes[source.place].scores.drawn;
    for (std::size_t n = 0; n < drawn.size(); ++n) over_classes_[n].push_back(drawn[n]);
  }
}

// Most galleries have classes of few different sizes, and need few of these.
void ClassRules::sort_over_classes(std::uint32_t shots) {
  if (is_sorted_[shots - 1]) return;
  std::sort(over_classes_[shots - 1].begin(), over_classes_[shots - 1].end());
  is_sorted_[shots - 1] = true;
}

ClassRules::Scores ClassRules::scores_over_classes(std::uint32_t place, std::uint32_t shots) const {
  const std::vector<float>& drawn = state_->classes[place].scores.drawn;
  const bool is_among = is_source_[place] && drawn.size() >= shots;
  return {over_classes_[shots - 1], is_among ? &drawn[shots - 1] : nullptr};
}

ClassRules::Rule ClassRules::by_classes(std::uint32_t place) {
  const ClassScores& scores = state_->classes[place].scores;
  Rule rule{.threshold = kNever};
  if (scores.has_trained_on) return rule;  // no class like the others
  // Fewer shots than there are groups err to the safe side.
  for (auto shots = std::min<std::uint32_t>(scores.groups, kDrawnItems); shots > 0; --shots) {
    const Scores others = scores_over_classes(place, shots);
    const std::size_t n = others.values.size() - (others.own != nullptr ? 1 : 0);
    if (!is_enough(n, alpha_)) continue;
    sort_over_classes(shots);
    std::size_t last = needed_of(n, alpha_) - 1;
    if (others.own != nullptr && others.values[last] >= *others.own) ++last;
    return {CalibratedBy::kClasses, shots, others.values[last]};
  }
  return rule;
}

ClassRules::Rule ClassRules::by_all_items(const ClassScores& scores) const {
  const std::size_t n = of_all_items_.size();
  // Where all were trained on, a new image is like none of those that calibrate.
  if (scores.calibrating.empty() || !is_enough(n, alpha_)) return {.threshold = kNever};
  return {CalibratedBy::kAllItems, 0, of_all_items_[needed_of(n, alpha_) - 1]};
}

ClassRules::Rule ClassRules::by_own_images(const ClassScores& scores) const {
  if (const std::size_t n = scores.held_out.size(); is_enough(n, alpha_)) {
    return {CalibratedBy::kHeldOut, 0, scores.held_out[needed_of(n, alpha_) - 1]};
  }
  if (const std::size_t n = scores.calibrating.size(); is_enough(n, alpha_)) {
    return {CalibratedBy::kItems, 0, scores.calibrating[needed_of(n, alpha_) - 1].score};
  }
  return {.threshold = kNever};
}

double ClassRules::p_value(std::uint32_t place, float similarity) const {
  const Rank found = rank(place, similarity);
  return found.scores == 0 ? 0 : p_of(found.no_larger, found.scores);
}

ClassRules::Rank ClassRules::rank(std::uint32_t place, float similarity) const {
  const Rule& rule = rules_[place];
  const ClassScores& scores = state_->classes[place].scores;
  const auto rank_among = [&](std::span<const float> values) -> Rank {
    const auto end = std::upper_bound(values.begin(), values.end(), similarity);
    return {static_cast<std::size_t>(end - values.begin()), values.size()};
  };
  switch (rule.by) {
    case CalibratedBy::kNothing:
      return {};
    case CalibratedBy::kHeldOut:
      return rank_among(scores.held_out);
    case CalibratedBy::kItems: {
      const auto& items = scores.calibrating;
      const auto end =
          std::upper_bound(items.begin(), items.end(), similarity,
                           [](float value, const ItemScore& item) { return value < item.score; });
      return {static_cast<std::size_t>(end - items.begin()), items.size()};
    }
    case CalibratedBy::kAllItems:
      return rank_among(of_all_items_);
    case CalibratedBy::kClasses: {
      const Scores others = scores_over_classes(place, rule.shots);
      Rank found = rank_among(others.values);
      if (others.own != nullptr) {
        --found.scores;
        if (*others.own <= similarity) --found.no_larger;
      }
      return found;
    }
  }
  return {};
}

}  // namespace simdb
