#pragma once

#include <filesystem>

#include "simdb/embedding.h"

// Vectors in a file form that many k-NN libraries read.
namespace simdb::bench {

/// An fvecs file: for every vector its dimension as 32 bits, then as many floats, all
/// little-endian. Unit vectors are taken bit for bit, others scaled to length 1. Throws
/// Error(kNotFound or kIo) if the file can't be read and Error(kBadInput), naming the vector, if it
/// holds none, is cut off, or a vector has another dimension than the first, an invalid one, NaN,
/// infinity or only zeros.
EmbeddingBatch read_fvecs(const std::filesystem::path& path);

/// Writes or replaces an fvecs file. Throws Error(kIo).
void write_fvecs(const std::filesystem::path& path, const EmbeddingBatch& vectors);

}  // namespace simdb::bench
