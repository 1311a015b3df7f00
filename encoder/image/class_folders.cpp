#include "simdb/class_folders.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path;
  std::vector<fs::path> images;  // its own
  std::vector<Folder> folders;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Only a link can lead back to a folder above.
bool leads_back(const fs::directory_entry& entry, const std::vector<fs::path>& above) {
  std::error_code ignored;
  if (!entry.is_symlink(ignored)) return false;
  return std::any_of(above.begin(), above.end(), [&](const fs::path& folder) {
    std::error_code unreadable;
    return fs::equivalent(folder, entry.path(), unreadable);
  });
}

// Sorted, so that labels, ids and output do not depend on the order in which the file system lists
// a folder. A dangling link with an image's name is taken up, so that its reader can name it.
Folder read_folder(fs::path path, std::vector<fs::path>& above) {
  Folder folder{std::move(path), {}, {}};
  above.push_back(folder.path);
  std::error_code error;
  fs::directory_iterator walk(folder.path, error);
  for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
    std::error_code ignored;
    if (is_hidden(walk->path())) continue;
    if (walk->is_directory(ignored)) {
      if (!leads_back(*walk, above)) folder.folders.push_back(read_folder(walk->path(), above));
    } else if (has_image_extension(walk->path())) {
      folder.images.push_back(walk->path());
    }
  }
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't list the folder " + folder.path.string() + ": " + error.message());
  }
  above.pop_back();
  std::sort(folder.images.begin(), folder.images.end());
  return folder;
}

Folder read_tree(const fs::path& path) {
  std::vector<fs::path> above;
  return read_folder(path, above);
}

void append_images(Folder& folder, std::vector<fs::path>& images) {
  std::move(folder.images.begin(), folder.images.end(), std::back_inserter(images));
  for (Folder& below : folder.folders) append_images(below, images);
}

std::vector<fs::path> all_images(Folder& folder) {
  std::vector<fs::path> images;
  append_images(folder, images);
  std::sort(images.begin(), images.end());
  return images;
}

void append_leaves(Folder& folder, const std::string& parent, std::vector<ClassFolder>& classes) {
  for (Folder& below : folder.folders) {
    std::string name = below.path.filename().string();
    if (!parent.empty()) name.insert(0, parent + '/');
    if (!below.images.empty())
      classes.push_back({name, parent, below.path, std::move(below.images)});
    append_leaves(below, name, classes);
  }
}

bool holds_images(const Folder& folder) {
  return !folder.images.empty() ||
         std::any_of(folder.folders.begin(), folder.folders.end(), holds_images);
}

// Nobody who sorts pictures into alphabets or years, and then into classes, means the former.
bool only_leaves_hold_images(const Folder& tree) {
  bool deeper = false;
  for (const Folder& below : tree.folders) {
    if (!below.images.empty()) return false;
    deeper = deeper || holds_images(below);
  }
  return deeper;
}

}  // namespace

ClassLevel parse_class_level(std::string_view name) {
  if (name == "auto") return ClassLevel::kAuto;
  if (name == "top") return ClassLevel::kTop;
  if (name == "leaf") return ClassLevel::kLeaf;
  throw Error(ErrorCode::kUsage,
              "classes are found by 'auto', 'top' or 'leaf', not by '" + std::string(name) + "'");
}

std::vector<ClassFolder> find_class_folders(const fs::path& folder, ClassLevel level) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const bool exists = fs::exists(folder, ignored);
    throw Error(
        exists ? ErrorCode::kBadInput : ErrorCode::kNotFound,
        (exists ? folder.string() + " is not a folder" : "there is no folder " + folder.string()) +
            "; one with one sub-folder per class is expected");
  }
  Folder tree = read_tree(folder);
  if (level == ClassLevel::kAuto) {
    level = only_leaves_hold_images(tree) ? ClassLevel::kLeaf : ClassLevel::kTop;
  }
  std::vector<ClassFolder> classes;
  if (level == ClassLevel::kLeaf) {
    append_leaves(tree, "", classes);
  } else {
    for (Folder& below : tree.folders) {
      classes.push_back({below.path.filename().string(), "", below.path, all_images(below)});
    }
  }
  std::sort(classes.begin(), classes.end(),
            [](const ClassFolder& a, const ClassFolder& b) { return a.name < b.name; });
  return classes;
}

std::vector<fs::path> images_beneath(const fs::path& folder) {
  Folder tree = read_tree(folder);
  return all_images(tree);
}

}  // namespace simdb
