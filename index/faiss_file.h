#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "simdb/item.h"

namespace simdb {

/// Takes one row; returns whether it wants more.
using RowVisitor = std::function<bool(ItemId, std::span<const float>)>;
/// Calls its argument with one row after another until that returns false.
using RowSource = std::function<void(const RowVisitor&)>;

/// Writes the rows of `source`, `dimension` floats each, into a file for FAISS: an IndexIDMap over
/// an IndexFlatIP. `faiss::read_index` reads it, in C++ and Python, and its searches give the dot
/// products and the ids of the rows. Replaces `path` as AtomicFile does, and returns how many rows
/// it wrote. Holds the rows in memory once. Throws Error(kUsage) if a row has another dimension,
/// Error(kIo) if the file can't be written, and whatever `source` throws; `path` is then as it was.
std::uint64_t write_faiss_file(const std::filesystem::path& path, std::size_t dimension,
                               const RowSource& source);

}  // namespace simdb
