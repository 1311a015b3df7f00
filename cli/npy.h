#pragma once

#include <cstddef>
#include <vector>

#include "core/embedding.h"

namespace simdb::cli {

/// The bytes of a NumPy .npy file, format 1.0: a C-ordered little-endian float32 array of rows x
/// dimension. The data start at a multiple of 64, so that the file can be mapped. Source:
/// numpy.lib.format.
std::vector<std::byte> to_npy(const EmbeddingBatch& rows);

}  // namespace simdb::cli
