#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "cli/console.h"
#include "simdb/ingest.h"

namespace simdb::cli {

/// Keys and metadata of image files: JSON lines {"path": P, "key": K, NAME: VALUE, ...}, all but
/// the path optional.
class MetaFile {
 public:
  MetaFile() = default;
  /// Throws Error(kBadInput), naming the line, unless each line is as above and each path has one.
  /// Other errors as open_to_read.
  explicit MetaFile(const std::filesystem::path& file);

  /// Sets key and metadata of `label` as the line of this image says, if there is one.
  void describe(const std::filesystem::path& image, ImageLabel& label) const;
  /// Lines whose paths are not among `images`.
  std::size_t lines_without(std::span<const LabeledPath> images) const;

 private:
  std::map<std::filesystem::path, ImageLabel> lines_;
};

}  // namespace simdb::cli
