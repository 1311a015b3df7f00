#include "encoder/training/decoder_learner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "encoder/training/checkpoint_parts_internal.h"
#include "encoder/training/embed.h"
#include "encoder/training/exact_turns.h"
#include "encoder/training/vae_loss.h"

namespace simdb::training {
namespace {

constexpr std::int64_t kRowsAtOnce = 256;
constexpr double kDivergenceRise = 0.3;  // share of the steps
constexpr double kFreeNats = 0.02;       // of each dimension of the latent
constexpr double kAverage = 0.998;       // see WeightAverage

/// What the frozen encoders say of planes, side by side.
torch::Tensor features_of(std::span<const FrozenEncoder> encoders, const torch::Tensor& planes) {
  std::vector<torch::Tensor> features;
  for (const FrozenEncoder& encoder : encoders) features.push_back(encoder.forward(planes));
  return torch::cat(features, 1);
}

int count_features(std::span<const FrozenEncoder> encoders) {
  return std::accumulate(encoders.begin(), encoders.end(), 0, [](int sum, const auto& encoder) {
    return sum + static_cast<int>(encoder.dimension());
  });
}

TrainOptions optimizer_options(const DecoderOptions& options) {
  TrainOptions plain;
  plain.learning_rate = options.learning_rate;
  plain.weight_decay = 1e-4;
  plain.clip_norm = 1;
  return plain;
}

}  // namespace

/// Mean over images of the PSNR in dB, each of the error of its bytes.
double mean_psnr(const torch::Tensor& made, const torch::Tensor& wanted) {
  constexpr double kLeast = 1e-7;  // equal images would be infinitely good
  const torch::Tensor rounded = (made * 255).round() / 255;
  const torch::Tensor errors = (rounded - wanted).pow(2).mean({1, 2, 3}).clamp_min(kLeast);
  return -10 * errors.log10().mean().item<float>();
}

DecoderLearner::DecoderLearner(const torch::Tensor& pixels, const InputSpec& input,
                               std::span<const FrozenEncoder> encoders,
                               const DecoderOptions& options)
    : encoders_(encoders),
      options_(options),
      vae_(input, options.latent, count_features(encoders), options.channels),
      planes_(to_planes(pixels)),
      borders_(border_colors(pixels)),
      augmenter_(options.augment, {Unit::kGroup, 1}, options.seed),
      optimizer_(vae_.parameters(), {}, optimizer_options(options), options.steps),
      average_(vae_.parameters(), kAverage) {}

void DecoderLearner::set_weights(const std::vector<torch::Tensor>& weights) {
  const torch::NoGradGuard no_gradients;
  std::vector<torch::Tensor> parameters = vae_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(weights[i]);
}

template <typename Work>
auto DecoderLearner::with_average(Work work) {
  std::vector<torch::Tensor> before;
  for (const auto& parameter : vae_.parameters()) before.push_back(parameter.detach().clone());
  set_weights(average_.average());
  auto result = work();
  set_weights(before);
  return result;
}

DecoderStep DecoderLearner::step() {
  const torch::Tensor planes = draw_batch();
  torch::Tensor features;
  {
    const torch::NoGradGuard no_gradients;
    features = features_of(encoders_, planes);
  }
  const auto [mean, log_variance] = vae_.encode(planes);
  const torch::Tensor latent = mean + torch::randn_like(mean) * (log_variance / 2).exp();
  const torch::Tensor made = vae_.decode(torch::cat({latent, features}, 1));
  const torch::Tensor divergences = divergence(mean, log_variance);
  const int done = optimizer_.steps_done();
  const double values = static_cast<double>(planes[0].numel());
  const torch::Tensor nats = reconstruction_loss(made, planes) +
                             with_free_nats(divergences, kFreeNats) *
                                 divergence_weight(done, options_.steps, kDivergenceRise);
  const torch::Tensor consistency = exchanged_consistency(latent, features);
  // The encoders' word counts more and more: images come first, or there is nothing to look at.
  const double weight = options_.consistency * (done + 1) / options_.steps;
  const torch::Tensor loss = nats / values + consistency * weight;
  if (!std::isfinite(loss.item<float>())) return {.is_finite = false};
  optimizer_.step(loss);
  average_.update();
  return {.error = (made - planes).detach().pow(2).mean().item<float>(),
          .divergence = divergences.sum().item<float>(),
          .consistency = consistency.item<float>() / static_cast<double>(encoders_.size())};
}

/// Some with their pixels as they are, the others changed.
torch::Tensor DecoderLearner::draw_batch() {
  const std::int64_t rows = options_.batch;
  const torch::Tensor drawn = torch::randint(planes_.size(0), {rows}, torch::kInt64);
  const torch::Tensor planes = planes_.index_select(0, drawn);
  const BatchShape shape{static_cast<int>(rows), 1, 1};
  const torch::Tensor changed = augmenter_(planes, borders_.index_select(0, drawn), shape).planes;
  const auto plain = std::llround(static_cast<double>(rows) * options_.plain_share);
  return torch::cat(
      {turn_exactly(planes.slice(0, 0, plain), options_.augment), changed.slice(0, plain)}, 0);
}

/// Half of the batch with one encoder's features taken from others of the batch, or with a
/// latent from the prior: the encoders must find what was asked for.
torch::Tensor DecoderLearner::exchanged_consistency(const torch::Tensor& latent,
                                                    const torch::Tensor& features) {
  const std::int64_t rows = (latent.size(0) + 1) / 2;
  const auto parts = static_cast<std::int64_t>(encoders_.size());
  const torch::Tensor others = torch::randperm(latent.size(0)).slice(0, 0, rows);
  // Of each row: which encoder's features are exchanged; `parts`: none, but the latent is drawn.
  const torch::Tensor choice = torch::randint(parts + 1, {rows, 1}, torch::kInt64);
  std::vector<torch::Tensor> code = {torch::where(
      choice == parts, torch::randn({rows, latent.size(1)}), latent.slice(0, 0, rows))};
  std::int64_t first = 0;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t size = encoders_[static_cast<std::size_t>(part)].dimension();
    const torch::Tensor all = features.slice(1, first, first + size);
    code.push_back(
        torch::where(choice == part, all.index_select(0, others), all.slice(0, 0, rows)));
    first += size;
  }
  const torch::Tensor made = vae_.decode(torch::cat(code, 1));
  torch::Tensor sum = torch::zeros({});
  for (std::size_t part = 0; part < encoders_.size(); ++part) {
    sum = sum + feature_distance(encoders_[part].forward(made), code[part + 1]);
  }
  return sum;
}

double DecoderLearner::psnr_of(const torch::Tensor& planes) {
  return with_average([&] {
    const torch::NoGradGuard no_gradients;
    double sum = 0;
    for (std::int64_t begin = 0; begin < planes.size(0); begin += kRowsAtOnce) {
      const torch::Tensor part = planes.slice(0, begin, begin + kRowsAtOnce);
      const torch::Tensor code =
          torch::cat({vae_.encode(part).mean, features_of(encoders_, part)}, 1);
      sum += mean_psnr(vae_.decode(code), part) * static_cast<double>(part.size(0));
    }
    return sum / static_cast<double>(planes.size(0));
  });
}

DecoderModel DecoderLearner::export_average() {
  return with_average([&] { return vae_.export_layers(); });
}

void DecoderLearner::save(Checkpoint& checkpoint) const {
  checkpoint.texts["augmenter"] = augmenter_.state();
  save_default_random(checkpoint);
  checkpoint.tensors["steps"] = torch::tensor(std::int64_t{steps_done()});
  save_list("network", vae_.parameters(), checkpoint);
  save_list("moments", optimizer_.moments(), checkpoint);
  save_list("average", average_.average(), checkpoint);
}

void DecoderLearner::restore(const Checkpoint& checkpoint) {
  const std::vector<torch::Tensor> parameters = vae_.parameters();
  const auto weights = load_list("network", parameters.size(), checkpoint);
  const auto average = load_list("average", parameters.size(), checkpoint);
  require_same_shapes(weights, parameters);
  require_same_shapes(average, parameters);
  const int steps = to_int(checkpoint, "steps");
  optimizer_.restore(steps, load_list("moments", 2 * parameters.size(), checkpoint));
  set_weights(weights);
  average_.restore(steps, average);
  const auto augmenter = checkpoint.texts.find("augmenter");
  augmenter_.restore(augmenter == checkpoint.texts.end() ? "" : augmenter->second);
  restore_default_random(checkpoint);
}

}  // namespace simdb::training
