#include "encoder/training/learner.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "encoder/training/checkpoint_parts_internal.h"
#include "encoder/training/nested_loss.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

std::unique_ptr<BatchFeed> make_feed(const Samples& samples, const InputSpec& input,
                                     const TrainOptions& options, std::size_t classes) {
  return options.backbone ? make_feature_feed(samples, options.seed)
                          : make_image_feed(samples, input, options, classes);
}

/// A head's embeddings are good at several lengths; proxies have one.
std::unique_ptr<Loss> make_loss(const TrainOptions& options, std::int64_t class_ids,
                                torch::Device device) {
  auto loss = make_loss(options.loss, class_ids, options.network.dimension, device);
  const bool nested = options.backbone && loss->parameters().empty();
  return nested ? make_nested_loss(std::move(loss)) : std::move(loss);
}

/// The id of a class in one of its variants; variants without a number share one more.
torch::Tensor class_ids(const Batch& batch, const torch::Tensor& variants, int variant_count) {
  const torch::Tensor labels = torch::tensor(batch.labels, torch::kInt64);
  return labels * (variant_count + 1) + torch::where(variants < 0, variant_count, variants);
}

const std::string& to_text(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.texts.find(name);
  if (found != checkpoint.texts.end()) return found->second;
  throw Error(ErrorCode::kBadInput, fmt::format("the checkpoint has no '{}'", name));
}

}  // namespace

torch::ScalarType arithmetic_type(Precision precision) {
  if (precision == Precision::kFloat32) return torch::kFloat32;
  if (precision == Precision::kBFloat16) return torch::kBFloat16;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16") != 0) return torch::kBFloat16;
#endif
  return torch::kFloat32;
}

Learner::Learner(TrainableEncoder& encoder, const InputSpec& input, const TrainOptions& options,
                 const Samples& samples, std::size_t classes, int steps)
    : encoder_(encoder),
      arithmetic_(arithmetic_type(options.precision)),
      device_(options.device),
      sampler_(samples.labels, choose_batch_shape(classes, options.batch), options.seed,
               {samples.parents, options.siblings}),
      feed_(make_feed(samples, input, options, classes)),
      loss_(make_loss(options, static_cast<std::int64_t>(classes) * (feed_->variants() + 1),
                      device_)),
      optimizer_(encoder.parameters(), loss_->parameters(), options, steps),
      average_(encoder.state(), options.weight_average) {}

double Learner::step() {
  const Batch batch = sampler_.next();
  const Shown shown = feed_->show(batch.rows, sampler_.shape());
  PairMasks pairs = make_pair_masks(batch.labels, batch.groups);
  pairs.positives = pairs.positives.to(device_);
  pairs.negatives = pairs.negatives.to(device_);
  torch::Tensor loss = (*loss_)({encoder_.forward(shown.inputs.to(device_), arithmetic_), pairs,
                                 class_ids(batch, shown.variants, feed_->variants()).to(device_)});
  if (const torch::Tensor penalty = encoder_.penalty(); penalty.defined()) loss = loss + penalty;
  const double value = loss.item<float>();
  if (std::isfinite(value)) {
    optimizer_.step(loss);
    average_.update();
  }
  return value;
}

void Learner::save(Checkpoint& checkpoint) const {
  checkpoint.texts["sampler"] = sampler_.state();
  checkpoint.texts["feed"] = feed_->state();
  save_default_random(checkpoint);
  checkpoint.tensors["steps"] = torch::tensor(std::int64_t{optimizer_.steps_done()});
  save_list("network", encoder_.state(), checkpoint);
  save_list("loss", loss_->parameters(), checkpoint);
  save_list("moments", optimizer_.moments(), checkpoint);
  save_list("average", average_.average(), checkpoint);
}

void Learner::restore(const Checkpoint& checkpoint) {
  const std::vector<torch::Tensor> state = encoder_.state();
  const auto weights = load_list("network", state.size(), checkpoint);
  const auto average = load_list("average", state.size(), checkpoint);
  const auto proxies = load_list("loss", loss_->parameters().size(), checkpoint);
  require_same_shapes(weights, state);
  require_same_shapes(average, state);
  require_same_shapes(proxies, loss_->parameters());
  const int steps = to_int(checkpoint, "steps");
  const std::size_t moments = 2 * (encoder_.parameters().size() + loss_->parameters().size());
  optimizer_.restore(steps, load_list("moments", moments, checkpoint));
  encoder_.restore_weights(weights);
  {
    const torch::NoGradGuard no_gradients;
    std::vector<torch::Tensor> learned = loss_->parameters();
    for (std::size_t i = 0; i < learned.size(); ++i) learned[i].copy_(proxies[i]);
  }
  average_.restore(steps, average);
  sampler_.restore(to_text(checkpoint, "sampler"));
  feed_->restore(to_text(checkpoint, "feed"));
  restore_default_random(checkpoint);
}

}  // namespace simdb::training
