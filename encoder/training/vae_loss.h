#pragma once

#include <torch/types.h>

// The parts of a conditional variational autoencoder's loss, all in nats per image and all means
// over the batch.
namespace simdb::training {

/// The negative log-likelihood of the pixels under a normal distribution around `made` whose
/// variance is the batch's own mean squared error, up to a constant: values / 2 * log(mse). So the
/// divergence is weighed against it by what the data allows, not by hand (Rybkin et al., "Simple
/// and Effective VAE Training with Calibrated Decoders", 2021). Both are N x C x H x W.
torch::Tensor reconstruction_loss(const torch::Tensor& made, const torch::Tensor& wanted);

/// KL(N(mean, exp(log_variance)) || N(0, 1)), one per dimension of the latent. Both are N x latent.
torch::Tensor divergence(const torch::Tensor& mean, const torch::Tensor& log_variance);

/// Their sum, where each dimension has `free_nats` for nothing: below them a dimension is not
/// pressed to say less (Kingma et al., "Improving Variational Inference with Inverse Autoregressive
/// Flow", 2016).
torch::Tensor with_free_nats(const torch::Tensor& divergences, double free_nats);

/// The weight of the divergence: rises along a line from 0 to 1 over the first `share` of the
/// steps, so that the latent is used before it costs anything (Bowman et al., 2016). `step` is from
/// 0.
double divergence_weight(int step, int steps, double share) noexcept;

/// 1 - cosine of rows of unit length.
torch::Tensor feature_distance(const torch::Tensor& made, const torch::Tensor& wanted);

}  // namespace simdb::training
