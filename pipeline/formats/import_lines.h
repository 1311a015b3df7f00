#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "pipeline/formats/json_reader.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

struct ImportedItems {
  std::vector<NewItem> items;
  EmbeddingBatch embeddings;  ///< a row per item
};

/// The gallery that lines are read for.
struct ImportTarget {
  std::string fingerprint;    ///< of its encoder
  std::size_t dimension = 0;  ///< of its vectors
  std::string space = {};     ///< of a gallery without an encoder
};

/// Reads what `simdb export` wrote (docs/file_formats.md describes it), some items at a time. Blank
/// lines, a byte order mark and "\r\n" are no part of it. Not thread-safe.
class ImportReader {
 public:
  /// `in` must outlive it; `name` is what errors call it. The vectors must be of the target's
  /// encoder or of its space; those of a space may have any length but 0. `check` is called before
  /// each line; what it throws comes out of next().
  ImportReader(
      std::istream& in, std::string name, ImportTarget target, std::function<void()> check = [] {});

  /// The items of the next lines, at most `most`; none at the end. Throws Error(kBadInput), naming
  /// the line and the field, at a line that can't be taken, Error(kIo) if the stream breaks off:
  /// the items before it that were not handed out are lost then.
  ImportedItems next(std::size_t most);

 private:
  bool read_line();

  std::istream& in_;
  const std::string name_;
  const ImportTarget target_;
  const std::function<void()> check_;
  JsonReader json_;
  std::string line_;
  std::vector<float> values_;  // kept for its memory
  std::uint64_t number_ = 0;   // of line_
  bool has_header_ = false;
};

}  // namespace simdb
