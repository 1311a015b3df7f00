#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "simdb/class_folders.h"
#include "simdb/encode_images.h"

namespace simdb {

/// Where a list of paths is read from.
struct PathList {
  std::istream& in;
  std::string name = "standard input";
  /// What ends a path. A line may end in "\r\n", and a byte order mark before the first is no part
  /// of it; where '\0' ends them, paths may hold any other byte.
  char end = '\n';
};

/// Files as they are, folders as the images beneath them (by extension, sorted, hidden files left
/// out), "-" as the paths in `list`. Throws Error(kBadInput) for a
/// folder without images. A missing file is left to whoever reads it. `skipped` as in
/// images_beneath.
std::vector<std::filesystem::path> expand_paths(std::span<const std::string> paths,
                                                const PathList& list,
                                                const FolderSkipped& skipped = {});

/// An image and the class that its folder names.
struct LabeledPath {
  std::filesystem::path path;
  std::string class_name;
};

/// A view of the files, for encode_images.
ImageList list_of(std::span<const LabeledPath> files, const ImageLimits& limits = {});

/// The images of find_class_folders(folder, level) with their classes, in its order. Throws
/// Error(kNotFound) if there is no such folder, Error(kBadInput) if it holds no images in
/// sub-folders.
std::vector<LabeledPath> labeled_paths(const std::filesystem::path& folder,
                                       ClassLevel level = ClassLevel::kAuto,
                                       const FolderSkipped& skipped = {});

}  // namespace simdb
