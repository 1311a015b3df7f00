#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <cstdint>

namespace simdb::training {

/// Random tensors out of one generator. One seed gives one sequence. Thread-compatible.
class RandomTensors {
 public:
  explicit RandomTensors(std::uint64_t seed) : generator_(at::detail::createCPUGenerator(seed)) {}

  torch::Tensor uniform(torch::IntArrayRef shape, double low, double high) {
    return torch::rand(shape, generator_) * (high - low) + low;
  }
  torch::Tensor normal(torch::IntArrayRef shape, double deviation) {
    return torch::randn(shape, generator_) * deviation;
  }
  /// True with the probability given.
  torch::Tensor chance(torch::IntArrayRef shape, double probability) {
    return torch::rand(shape, generator_).lt(probability);
  }
  /// Integers in [0, limit).
  torch::Tensor below(torch::IntArrayRef shape, std::int64_t limit) {
    return torch::randint(limit, shape, generator_, torch::kInt64);
  }

  at::Generator& generator() noexcept { return generator_; }
  const at::Generator& generator() const noexcept { return generator_; }

 private:
  at::Generator generator_;
};

}  // namespace simdb::training
