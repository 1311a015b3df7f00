#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace simdb {

// Images in folders, found in the same way by training, adding and evaluating. Images are known by
// has_image_extension(); names that start with a dot are passed over. Symbolic links to files and
// to folders are followed, but not to a folder above: the named one, the link's own, or one above
// these. A folder is read once, however many links lead to it, under its own name where it lies in
// the tree. All functions throw Error(kIo) if the system refuses to list a folder. Thread-safe.

/// Told of a sub-folder that this user may not list, and why; what lies in the others is found
/// then. Where there is none to be told, such a folder is an Error(kIo) as well.
using FolderSkipped =
    std::function<void(const std::filesystem::path& folder, const std::string& reason)>;

/// Which folders of a tree are classes.
enum class ClassLevel {
  kAuto,  ///< kLeaf if images lie only deeper than in the direct sub-folders, else kTop
  kTop,   ///< every direct sub-folder, with the images at any depth beneath it
  kLeaf,  ///< every folder at any depth that holds images itself, with these images
};

/// "auto", "top" or "leaf". Throws Error(kUsage) for another word.
ClassLevel parse_class_level(std::string_view name);

/// One class of a tree. A plain value.
struct ClassFolder {
  std::string name;    ///< path below the tree, separated by '/': "red", "Latin/character01"
  std::string parent;  ///< the name without its last part: "Latin"; empty at the top
  std::filesystem::path path;
  std::vector<std::filesystem::path> images;  ///< sorted by path; empty only with kTop
};

/// The classes of the tree `folder`, in byte order of their names (which are not checked; see
/// require_class_name). Images in `folder` itself belong to none. May be empty. Throws
/// Error(kNotFound) if there is no such folder, Error(kBadInput) if it is a file.
std::vector<ClassFolder> find_class_folders(const std::filesystem::path& folder,
                                            ClassLevel level = ClassLevel::kAuto,
                                            const FolderSkipped& skipped = {});

/// All images at any depth beneath `folder`, sorted by path. May be empty.
std::vector<std::filesystem::path> images_beneath(const std::filesystem::path& folder,
                                                  const FolderSkipped& skipped = {});

}  // namespace simdb
