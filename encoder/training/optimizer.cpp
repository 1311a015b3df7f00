#include "encoder/training/optimizer.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>
// Does not include what it uses.
#include <torch/nn/utils/clip_grad.h>

#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr double kProxyRate = 10;

using torch::optim::OptimizerParamGroup;

template <typename Options>
std::vector<OptimizerParamGroup> make_groups(const std::vector<torch::Tensor>& decayed,
                                             const std::vector<torch::Tensor>& plain,
                                             const std::vector<torch::Tensor>& proxies,
                                             const TrainOptions& options) {
  std::vector<OptimizerParamGroup> groups;
  const auto add = [&](const std::vector<torch::Tensor>& parameters, double rate, double decay) {
    if (parameters.empty()) return;
    groups.emplace_back(parameters, std::make_unique<Options>(Options(rate).weight_decay(decay)));
  };
  add(decayed, options.learning_rate, options.weight_decay);
  add(plain, options.learning_rate, 0);
  add(proxies, options.learning_rate * kProxyRate, 0);
  return groups;
}

/// Where an optimizer keeps what it knows of a parameter: LibTorch 1 writes the address out.
template <typename Key>
Key to_key(void* address) {
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream text;
    text << address;
    return text.str();
  } else {
    return address;
  }
}

auto key_of(const torch::Tensor& parameter) {
  using States = std::decay_t<decltype(std::declval<torch::optim::Optimizer&>().state())>;
  return to_key<States::key_type>(parameter.unsafeGetTensorImpl());
}

/// Calls `use` with the state's own type: AdamW's differs from Adam's in the name only.
template <typename Use>
void with_state_type(OptimizerKind kind, const Use& use) {
  if (kind == OptimizerKind::kAdam) {
    use(torch::optim::AdamParamState());
  } else {
    use(torch::optim::AdamWParamState());
  }
}

}  // namespace

Optimizer::Optimizer(const std::vector<torch::Tensor>& parameters,
                     const std::vector<torch::Tensor>& proxies, const TrainOptions& options,
                     int steps)
    : options_(options), steps_(steps) {
  std::vector<torch::Tensor> decayed;
  std::vector<torch::Tensor> plain;
  for (const auto& parameter : parameters) {
    (parameter.dim() > 1 ? decayed : plain).push_back(parameter);
  }
  parameters_ = decayed;
  parameters_.insert(parameters_.end(), plain.begin(), plain.end());
  parameters_.insert(parameters_.end(), proxies.begin(), proxies.end());
  if (options.optimizer == OptimizerKind::kAdam) {
    optimizer_ = std::make_unique<torch::optim::Adam>(
        make_groups<torch::optim::AdamOptions>(decayed, plain, proxies, options));
  } else {
    optimizer_ = std::make_unique<torch::optim::AdamW>(
        make_groups<torch::optim::AdamWOptions>(decayed, plain, proxies, options));
  }
  for (const auto& group : optimizer_->param_groups()) {
    rates_.push_back(group.options().get_lr());
  }
}

void Optimizer::step(const torch::Tensor& loss) {
  set_rate(learning_rate_share(options_.schedule, options_.warmup, done_++, steps_));
  optimizer_->zero_grad();
  loss.backward();
  if (options_.clip_norm > 0) torch::nn::utils::clip_grad_norm_(parameters_, options_.clip_norm);
  optimizer_->step();
}

std::vector<torch::Tensor> Optimizer::moments() const {
  std::vector<torch::Tensor> tensors;
  if (done_ == 0) return tensors;
  with_state_type(options_.optimizer, [&](const auto& type) {
    for (const auto& parameter : parameters_) {
      using State = std::decay_t<decltype(type)>;
      const auto& state = static_cast<const State&>(*optimizer_->state().at(key_of(parameter)));
      tensors.push_back(state.exp_avg());
      tensors.push_back(state.exp_avg_sq());
    }
  });
  return tensors;
}

void Optimizer::restore(int steps_done, const std::vector<torch::Tensor>& moments) {
  if (moments.size() != (steps_done == 0 ? 0 : 2 * parameters_.size())) {
    throw Error(ErrorCode::kBadInput, "the optimizer's moments are not those of this network");
  }
  done_ = steps_done;
  optimizer_->state().clear();
  if (moments.empty()) return;
  with_state_type(options_.optimizer, [&](const auto& type) {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const torch::Tensor& parameter = parameters_[i];
      auto state = std::make_unique<std::decay_t<decltype(type)>>();
      state->step(steps_done);
      // In the parameter's own order of memory: the update then adds in the same order.
      state->exp_avg(torch::empty_like(parameter.detach()).copy_(moments[2 * i]));
      state->exp_avg_sq(torch::empty_like(parameter.detach()).copy_(moments[2 * i + 1]));
      optimizer_->state()[key_of(parameter)] = std::move(state);
    }
  });
}

void Optimizer::set_rate(double share) {
  auto& groups = optimizer_->param_groups();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].options().set_lr(rates_[i] * share);
  }
}

}  // namespace simdb::training
