#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "database/item_selection.h"

namespace simdb {

/// Writes the embeddings that are selected into a file that FAISS reads (see index/faiss_file.h),
/// with the gallery's ids: FAISS then finds the same neighbours. Returns how many it wrote. Throws
/// Error(kIo) if the file can't be written, and as Gallery does; `path` is then as it was.
std::uint64_t export_faiss(
    const Gallery& gallery, const std::filesystem::path& path, const ItemSelection& selection = {},
    const std::function<void()>& check = [] {});

}  // namespace simdb
