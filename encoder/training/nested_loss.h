#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "encoder/training/losses.h"

namespace simdb::training {

/// 16, 32, 64, ... as long as they are below `dimension`, and `dimension`.
std::vector<std::int64_t> nested_lengths(std::int64_t dimension);

/// The mean of `loss` over the first 16, 32, 64, ... and all numbers of each embedding, scaled to
/// length 1 again: each beginning becomes an embedding of its own (Kusupati et al., "Matryoshka
/// Representation Learning", NeurIPS 2022). `loss` must take embeddings of any length: one that
/// learns proxies does not.
std::unique_ptr<Loss> make_nested_loss(std::unique_ptr<Loss> loss);

}  // namespace simdb::training
