// What a gallery tells of images that belong to none of its classes.
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <mutex>
#include <utility>

#include "core/parallel.h"
#include "decisions/answer_sets_internal.h"
#include "decisions/item_groups.h"
#include "index/best_similarity.h"
#include "measures/open_set.h"
#include "simdb/calibration.h"

namespace simdb {
namespace {

constexpr std::size_t kItemsAtOnce = 4096;

// An image that is asked as if its class were not there.
struct Stranger {
  std::uint64_t key = 0;
  ItemId id{};
  std::uint32_t place = 0;  // of its class
  float own = 0;            // its similarity to that class
};

// What the other classes say of it.
struct Answer {
  std::size_t possible = 0;  // classes
  double best_p = 0;
  float nearest = kNoSimilarity;
  std::uint32_t nearest_place = 0;
};

std::vector<Stranger> draw_strangers(const CalibrationState& state, std::size_t count) {
  std::vector<Stranger> strangers;
  for (std::uint32_t place = 0; place < state.classes.size(); ++place) {
    for (const ItemScore& item : state.classes[place].scores.calibrating) {
      strangers.push_back({mixed_key(to_number(item.id)), item.id, place, item.score});
    }
  }
  if (strangers.size() > count) {
    std::nth_element(strangers.begin(), strangers.begin() + static_cast<std::ptrdiff_t>(count),
                     strangers.end(),
                     [](const Stranger& a, const Stranger& b) { return a.key < b.key; });
    strangers.resize(count);
  }
  return strangers;
}

EmbeddingBatch embeddings_of(const Gallery& gallery, std::span<const ItemId> ids) {
  EmbeddingBatch rows(gallery.dimension());
  rows.reserve(ids.size());
  for (std::span<const ItemId> rest = ids; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kItemsAtOnce));
    for (const auto& embedding : gallery.embeddings(some)) {
      if (embedding) rows.append(*embedding);
    }
    rest = rest.subspan(some.size());
  }
  return rows;
}

EmbeddingBatch embeddings_of(const Gallery& gallery, std::vector<Stranger>& strangers) {
  std::vector<ItemId> ids;
  ids.reserve(strangers.size());
  for (const Stranger& stranger : strangers) ids.push_back(stranger.id);
  EmbeddingBatch rows(gallery.dimension());
  const auto found = gallery.embeddings(ids);
  std::vector<Stranger> present;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& embedding = found[i];
    if (!embedding) continue;  // removed meanwhile
    rows.append(*embedding);
    present.push_back(strangers[i]);
  }
  strangers = std::move(present);
  return rows;
}

}  // namespace

EstimatedShare estimated_share(std::uint64_t count, std::uint64_t of) {
  using Binomial = boost::math::binomial_distribution<>;
  EstimatedShare share{count, of};
  if (of == 0) return share;
  const auto trials = static_cast<double>(of);
  const auto successes = static_cast<double>(count);
  constexpr double kSide = 0.025;
  share.low = count == 0 ? 0 : Binomial::find_lower_bound_on_p(trials, successes, kSide);
  share.high = count == of ? 1 : Binomial::find_upper_bound_on_p(trials, successes, kSide);
  return share;
}

CalibrationEstimate AnswerSets::estimate(const Gallery& gallery, float accept_similarity,
                                         std::size_t max_items,
                                         const std::function<void()>& check) const {
  const CalibrationState& state = rules_->state();
  std::vector<Stranger> strangers = draw_strangers(state, max_items);
  const EmbeddingBatch rows = embeddings_of(gallery, strangers);
  std::vector<std::uint32_t> places;
  places.reserve(strangers.size());
  for (const Stranger& stranger : strangers) places.push_back(stranger.place);
  std::vector<Answer> answers(strangers.size());
  std::mutex mutex;  // guards answers
  parallel_for(state.classes.size(), 1, core_count(), [&](std::size_t first, std::size_t) {
    check();
    const auto place = static_cast<std::uint32_t>(first);
    const EmbeddingBatch items =
        embeddings_of(gallery, gallery.items_of(state.classes[place].name));
    const std::vector<std::uint32_t> groups(items.rows(), place);
    const std::vector<float> best = best_in_other_groups({rows, places}, {items, groups});
    const std::lock_guard lock(mutex);
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (best[i] == kNoSimilarity) continue;  // its own class
      Answer& answer = answers[i];
      answer.possible += best[i] >= rules_->threshold(place) ? 1 : 0;
      answer.best_p = std::max(answer.best_p, rules_->p_value(place, best[i]));
      if (best[i] > answer.nearest || (best[i] == answer.nearest && place < answer.nearest_place)) {
        answer.nearest = best[i];
        answer.nearest_place = place;
      }
    }
  });
  std::uint64_t accepted = 0;
  std::uint64_t by_one = 0;  // by a single class
  std::vector<float> known;
  std::vector<float> foreign;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Answer& answer = answers[i];
    const bool by_similarity =
        answer.nearest >= accept_similarity - kSimilarityTolerance &&
        rules_->calibrated_by(answer.nearest_place) == CalibratedBy::kNothing;
    accepted += answer.possible > 0 || by_similarity ? 1 : 0;
    by_one += answer.possible == 1 && !by_similarity ? 1 : 0;
    foreign.push_back(static_cast<float>(answer.best_p));
    known.push_back(static_cast<float>(
        std::max(answer.best_p, rules_->p_value(strangers[i].place, strangers[i].own))));
  }
  if (state.classes.size() > 1) {
    accepted =
        std::min<std::uint64_t>(answers.size(), accepted + by_one / (state.classes.size() - 1));
  }
  CalibrationEstimate result{.alpha = alpha(),
                             .accepted = estimated_share(accepted, answers.size())};
  if (!known.empty()) result.auroc = auroc(known, foreign);
  return result;
}

}  // namespace simdb
