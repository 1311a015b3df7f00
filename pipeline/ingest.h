#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "database/database.h"
#include "pipeline/encode_files.h"
#include "pipeline/image_paths.h"

namespace simdb {

/// Files that have just become durable, with what became of each: added[i] belongs to
/// files[indices[i]].
struct IngestedRun {
  std::size_t end = 0;  ///< files before this index have been dealt with
  std::span<const std::size_t> indices = {};
  std::span<const AddedItem> added = {};
  std::span<const FileFailure> failures = {};
};

struct IngestReport {
  std::size_t added = 0;
  std::size_t existing = 0;  ///< the same file was there already
  std::vector<FileFailure> failures;
};

/// Adds files to their classes: reading, decoding, encoding and committing overlap, and each synced
/// commit holds whatever is ready. Calls `committed` after each; when that returns false the rest
/// is left out. Bad files and class names are reported and skipped.
IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const std::function<bool(const IngestedRun&)>& committed,
                    const ImageLimits& limits = {});

}  // namespace simdb
