#include "encoder/training/losses.h"

#include <functional>
#include <utility>

#include "encoder/training/losses/cosface_loss.h"
#include "encoder/training/losses/pair_losses.h"
#include "encoder/training/losses/softmax_losses.h"
#include "encoder/training/losses/triplet_loss.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

/// A loss that compares pairs of a batch and learns nothing itself.
class PairwiseLoss final : public Loss {
 public:
  using Function = std::function<torch::Tensor(const torch::Tensor&, const PairMasks&)>;

  explicit PairwiseLoss(Function function) : function_(std::move(function)) {}

  torch::Tensor operator()(const LossBatch& batch) override {
    return function_(batch.embeddings, batch.pairs);
  }

 private:
  Function function_;
};

PairwiseLoss::Function pairwise_function(const LossOptions& options) {
  const double margin = options.margin.value_or(0);
  const double scale = options.scale.value_or(1);
  switch (options.kind) {
    case LossKind::kTriplet:
      return [rule = TripletRule{*options.miner, margin, scale, options.soft_margin}](
                 const auto& rows, const auto& pairs) { return triplet_loss(rows, pairs, rule); };
    case LossKind::kContrastive:
      return [=](const auto& rows, const auto& pairs) {
        return contrastive_loss(rows, pairs, margin);
      };
    case LossKind::kCircle:
      return [=](const auto& rows, const auto& pairs) {
        return circle_loss(rows, pairs, margin, scale);
      };
    case LossKind::kMultiSimilarity:
      return [=, hard_only = options.miner == MinerKind::kBatchHard](const auto& rows,
                                                                     const auto& pairs) {
        return multi_similarity_loss(rows, pairs, margin, scale, hard_only);
      };
    case LossKind::kSupCon:
      return [=](const auto& rows, const auto& pairs) { return supcon_loss(rows, pairs, scale); };
    case LossKind::kNtXent:
      return [=](const auto& rows, const auto& pairs) {
        return nt_xent_loss(rows, pairs, margin, scale);
      };
    case LossKind::kPair:
      return pair_loss;
    case LossKind::kCosFace:
      break;
  }
  throw Error(ErrorCode::kInternal, "this loss does not compare pairs");
}

}  // namespace

std::unique_ptr<Loss> make_loss(const LossOptions& options, std::int64_t class_count,
                                std::int64_t dimension, torch::Device device) {
  require_valid(options);
  const LossOptions full = with_own_defaults(options);
  if (full.kind == LossKind::kCosFace) {
    return std::make_unique<CosFaceLoss>(class_count, dimension, *full.margin, *full.scale, device);
  }
  return std::make_unique<PairwiseLoss>(pairwise_function(full));
}

}  // namespace simdb::training
