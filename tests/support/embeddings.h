#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/embedding.h"
#include "core/item.h"

namespace simdb::test {

/// Random unit vectors, the same for the same seed.
EmbeddingBatch random_embeddings(std::size_t rows, std::size_t dimension, std::uint64_t seed);

/// `rows` unit vectors that point along axis `axis`.
EmbeddingBatch axis_embeddings(std::size_t rows, std::size_t dimension, std::size_t axis);

/// An item whose source, digest, size and thumbnail follow from `number`.
NewItem numbered_item(std::uint64_t number, const std::string& class_name);

}  // namespace simdb::test
