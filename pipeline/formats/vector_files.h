#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "database/item_selection.h"

namespace simdb {

/// Where the ids of the rows of `file` are written: FILE.ids.npy.
std::filesystem::path ids_path(const std::filesystem::path& file);

/// Writes the embeddings that are selected, in ascending order of id, as a NumPy array of float32,
/// rows x dimension, and their ids, as one of int64, into ids_path(file). Both files are replaced
/// as AtomicFile does, one after the other; the rows are never all in memory. Returns the number of
/// rows. Throws Error(kIo) if a file can't be written, Error(kCorruption) if there are not as many
/// vectors as items, and as Gallery does. Calls `check` for every row and lets out what that
/// throws.
std::uint64_t write_npy(
    const Gallery& gallery, const std::filesystem::path& file, const ItemSelection& selection = {},
    const std::function<void()>& check = [] {});
/// The same in the .fvecs format of the TEXMEX data sets: each row is its dimension as int32, then
/// its floats, all little-endian. Source: http://corpus-texmex.irisa.fr.
std::uint64_t write_fvecs(
    const Gallery& gallery, const std::filesystem::path& file, const ItemSelection& selection = {},
    const std::function<void()>& check = [] {});

}  // namespace simdb
