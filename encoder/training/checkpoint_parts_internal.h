#pragma once

#include <torch/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "encoder/training/checkpoint.h"

// What every training keeps in its checkpoint. What is missing or does not fit is
// Error(kBadInput).
namespace simdb::training {

/// Tensors under NAME/0, NAME/1, ...
void save_list(const std::string& name, const std::vector<torch::Tensor>& tensors,
               Checkpoint& checkpoint);

/// `count` of them, or as many as there are.
std::vector<torch::Tensor> load_list(const std::string& name, std::size_t count,
                                     const Checkpoint& checkpoint);

void require_same_shapes(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b);

int to_int(const Checkpoint& checkpoint, const std::string& name);

/// The generator that torch's functions draw from by themselves.
void save_default_random(Checkpoint& checkpoint);
void restore_default_random(const Checkpoint& checkpoint);

}  // namespace simdb::training
