#pragma once

#include <cstddef>
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
/// line leaves the database as it was. Throws Error(kBadInput), naming `name` and the line, unless
/// all lines are sound and their vectors belong to the encoder `fingerprint` and have `dimension`
/// floats.
ImportedItems read_import_lines(std::istream& in, const std::string& name,
                                const std::string& fingerprint, std::size_t dimension);

}  // namespace simdb
