#include "simdb/class_folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <list>
#include <set>
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
  std::list<Folder> folders;     // stay where they are when others join
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

[[noreturn]] void fail_to_list(const fs::path& folder, const std::string& reason) {
  throw Error(ErrorCode::kIo, "can't list the folder " + folder.string() + ": " + reason);
}

// Whether `folder` is `path` or above it; both without links.
bool is_above(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// Reads a tree, each folder once, however many links lead to it: first those that lie in the tree,
// under their own names, then those that only links lead to.
class TreeReader {
 public:
  explicit TreeReader(const FolderSkipped& skipped) : skipped_(skipped) {}

  Folder read(const fs::path& path) {
    std::error_code error;
    const fs::path root = fs::canonical(path, error);
    if (error) fail_to_list(path, error.message());
    for (fs::path above = root; above.has_relative_path();) {
      above = above.parent_path();
      is_new(above);
    }
    is_new(root);
    Folder tree{path, {}, {}};
    list(tree, true);
    while (!folders_.empty() || !links_.empty()) {
      if (folders_.empty()) {
        follow(links_.front());
        links_.pop_front();
      } else {
        list(*folders_.front(), false);
        folders_.pop_front();
      }
    }
    return tree;
  }

 private:
  struct Link {
    Folder* holder;
    fs::path path;
  };

  // The first time that a folder is met, by whatever path.
  bool is_new(const fs::path& folder) {
    struct stat status = {};
    return ::stat(folder.c_str(), &status) != 0 ||  // told when it is listed
           met_.insert({status.st_dev, status.st_ino}).second;
  }

  void take_up(Folder& holder, fs::path path) {
    if (!is_new(path)) return;
    folders_.push_back(&holder.folders.emplace_back(Folder{std::move(path), {}, {}}));
  }

  // Not up: there lies what was not named.
  void follow(const Link& link) {
    std::error_code error;
    const fs::path from = fs::canonical(link.holder->path, error);
    const fs::path to = fs::canonical(link.path, error);
    if (!is_above(to, from)) take_up(*link.holder, link.path);
  }

  // Sorted, so that labels, ids and output do not depend on the order in which the file system
  // lists a folder. A dangling link with an image's name is taken up, so that its reader can name
  // it.
  void list(Folder& folder, bool is_root) {
    std::error_code error;
    std::vector<Link> links;
    std::vector<fs::path> below;
    fs::directory_iterator walk(folder.path, error);
    for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
      std::error_code ignored;
      if (is_hidden(walk->path())) continue;
      if (!walk->is_directory(ignored)) {
        if (has_image_extension(walk->path())) folder.images.push_back(walk->path());
      } else if (walk->is_symlink(ignored)) {
        links.push_back({&folder, walk->path()});
      } else {
        below.push_back(walk->path());
      }
    }
    if (error) {
      if (is_root || !skipped_ || error != std::errc::permission_denied) {
        fail_to_list(folder.path, error.message());
      }
      skipped_(folder.path, error.message());
    }
    std::sort(folder.images.begin(), folder.images.end());
    std::sort(below.begin(), below.end());
    std::sort(links.begin(), links.end(),
              [](const Link& a, const Link& b) { return a.path < b.path; });
    for (fs::path& path : below) take_up(folder, std::move(path));
    std::move(links.begin(), links.end(), std::back_inserter(links_));
  }

  const FolderSkipped& skipped_;
  std::set<std::pair<dev_t, ino_t>> met_;  // folders, and those above the named one
  std::deque<Folder*> folders_;            // still to be listed
  std::deque<Link> links_;                 // to folders, still to be followed
};

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

std::vector<ClassFolder> find_class_folders(const fs::path& folder, ClassLevel level,
                                            const FolderSkipped& skipped) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const bool exists = fs::exists(folder, ignored);
    throw Error(
        exists ? ErrorCode::kBadInput : ErrorCode::kNotFound,
        (exists ? folder.string() + " is not a folder" : "there is no folder " + folder.string()) +
            "; one with one sub-folder per class is expected");
  }
  Folder tree = TreeReader(skipped).read(folder);
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

std::vector<fs::path> images_beneath(const fs::path& folder, const FolderSkipped& skipped) {
  Folder tree = TreeReader(skipped).read(folder);
  return all_images(tree);
}

}  // namespace simdb
