#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb::test {

/// Random unit vectors, the same for the same seed.
EmbeddingBatch random_embeddings(std::size_t rows, std::size_t dimension, std::uint64_t seed);

/// `rows` unit vectors that point along axis `axis`.
EmbeddingBatch axis_embeddings(std::size_t rows, std::size_t dimension, std::size_t axis);

/// Unit vectors in tight groups around `centres` random ones, as an encoder makes them.
EmbeddingBatch clustered_embeddings(std::size_t rows, std::size_t dimension, std::size_t centres,
                                    std::uint64_t seed);

/// 16 coordinates of +-1/4: of unit length, their dot products are multiples of 1/8 with many ties,
/// exact in any arithmetic.
EmbeddingBatch corner_embeddings(std::size_t rows, std::uint64_t seed);

/// Points of the unit circle in the first two of 16 dimensions.
EmbeddingBatch at_degrees(std::initializer_list<double> angles);

/// `count` ids from `first` on.
std::vector<ItemId> ids_from(std::uint64_t first, std::size_t count);

/// An item whose source, digest, size and thumbnail follow from `number`.
NewItem numbered_item(std::uint64_t number, const std::string& class_name);
/// The same with an image file to be kept, of some KB, and with its digest.
NewItem item_with_image(std::uint64_t number, const std::string& class_name);

}  // namespace simdb::test
