#include "encoder/training/validation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <utility>

#include "core/random_order.h"
#include "encoder/training/embed.h"
#include "encoder/training/split.h"

namespace simdb::training {
namespace {

constexpr std::size_t kMostQueries = 2000;
constexpr std::size_t kMostGallery = 10000;
constexpr std::size_t kEnoughClasses = 20;
constexpr double kShareOfImages = 0.2;

std::size_t count_classes(const std::vector<int>& labels) {
  return std::set<int>(labels.begin(), labels.end()).size();
}

/// A fifth of the classes, since few of them say little; of more than 250 classes 50 say enough,
/// and of more than 500 a tenth, since new classes vary more where there are many.
double share_of_classes(std::size_t classes) {
  constexpr double kShare = 0.2;
  constexpr double kShareOfMany = 0.1;
  constexpr double kEnough = 50;
  return std::max(
      kShareOfMany,
      std::min(kShare, kEnough / static_cast<double>(std::max<std::size_t>(classes, 1))));
}

Samples at_most(Samples samples, std::size_t most, std::uint64_t seed) {
  if (samples.size() <= most) return samples;
  std::vector<std::size_t> rows(samples.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::mt19937_64 random(seed);
  shuffle_values(std::span(rows), random);
  rows.resize(most);
  std::sort(rows.begin(), rows.end());
  return select(samples, rows);
}

double length_of_mean(const EmbeddingBatch& embeddings) {
  std::vector<double> sums(embeddings.dimension());
  for (std::size_t row = 0; row < embeddings.rows(); ++row) {
    const auto values = embeddings.row(row);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
  }
  double squared = 0;
  for (const double sum : sums) squared += sum * sum;
  return std::sqrt(squared) / static_cast<double>(std::max<std::size_t>(embeddings.rows(), 1));
}

}  // namespace

bool sets_classes_aside(std::size_t classes, const TrainOptions& options) noexcept {
  return options.validation == ValidationKind::kClasses ||
         (options.validation == ValidationKind::kAuto && classes >= kEnoughClasses);
}

double share_set_aside(std::size_t classes, const TrainOptions& options) noexcept {
  if (options.validation_share) return *options.validation_share;
  return sets_classes_aside(classes, options) ? share_of_classes(classes) : kShareOfImages;
}

Validation::Validation(Samples queries, Samples gallery, ValidationKind kind, std::uint64_t seed)
    : kind_(kind), images_(queries.size()), classes_(count_classes(queries.labels)) {
  queries_ = at_most(std::move(queries), kMostQueries, seed);
  gallery_ = at_most(std::move(gallery), kMostGallery, seed);
}

Validation Validation::split(const Samples& all, const TrainOptions& options, Samples& training) {
  const std::size_t classes = count_classes(all.labels);
  const bool by_class = sets_classes_aside(classes, options);
  const double share = share_set_aside(classes, options);
  const Split split = by_class ? split_off_classes(all.labels, all.parents, share,
                                                   options.split_seed.value_or(options.seed))
                               : split_by_class(all.labels, share, options.seed);
  training = select(all, split.train);
  if (split.validation.empty()) {
    Validation on_all = on(all, options);
    on_all.images_ = 0;
    return on_all;
  }
  return {select(all, split.validation), by_class ? Samples() : training,
          by_class ? ValidationKind::kClasses : ValidationKind::kImages, options.seed};
}

Validation Validation::on(const Samples& samples, const TrainOptions& options) {
  return {samples, {}, ValidationKind::kImages, options.seed};
}

Judgement Validation::judge(TrainableEncoder& encoder, const InputSpec& input) const {
  EmbeddingBatch queries = embed(encoder, queries_.pixels, input);
  Judgement judgement;
  judgement.spread = 1 - length_of_mean(queries);
  judgement.retrieval =
      gallery_.labels.empty()
          ? leave_one_out(queries, queries_.labels)
          : query_against_gallery(queries, queries_.labels, embed(encoder, gallery_.pixels, input),
                                  gallery_.labels);
  judgement.queries = std::move(queries);
  return judgement;
}

}  // namespace simdb::training
