#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

struct ImportedItems {
  std::vector<NewItem> items;
  EmbeddingBatch embeddings;  ///< a row per item
};

/// Reads what `simdb export` wrote (docs/file_formats.md describes it) to its end, so that a bad
/// line leaves the database as it was. Blank lines, a byte order mark and "\r\n" are no part of it.
/// Throws Error(kBadInput), naming `name`, the line and the field, unless all lines are sound and
/// their vectors belong to the encoder `fingerprint` and have `dimension` floats; Error(kIo) if the
/// stream breaks off. Calls `check` before each line and lets out what that throws.
ImportedItems read_import_lines(
    std::istream& in, const std::string& name, const std::string& fingerprint,
    std::size_t dimension, const std::function<void()>& check = [] {});

}  // namespace simdb
