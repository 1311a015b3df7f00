#include "cli/image_paths.h"

#include <algorithm>
#include <istream>

#include "core/error.h"
#include "encoder/image_codec.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Sorted, so that ids and output do not depend on the order in which the file system lists a
// folder.
std::vector<fs::path> images_beneath(const fs::path& folder) {
  std::vector<fs::path> images;
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, fs::directory_options::follow_directory_symlink,
                                        error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (is_hidden(walk->path())) {
      walk.disable_recursion_pending();
    } else if (has_image_extension(walk->path()) && !walk->is_directory(error)) {
      images.push_back(walk->path());
    }
  }
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't list the folder " + folder.string() + ": " + error.message());
  }
  std::sort(images.begin(), images.end());
  return images;
}

void append_listed(std::istream& in, std::vector<fs::path>& paths) {
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) paths.emplace_back(line);
  }
}

}  // namespace

std::vector<fs::path> expand_paths(std::span<const std::string> paths, Console& console) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-") {
      append_listed(console.in, files);
    } else if (fs::is_directory(path, ignored)) {
      const std::vector<fs::path> images = images_beneath(path);
      if (images.empty()) {
        throw Error(ErrorCode::kBadInput,
                    "no images in the folder " + path + " (.png, .jpg, .jpeg, .bmp, .webp)");
      }
      files.insert(files.end(), images.begin(), images.end());
    } else {
      files.emplace_back(path);
    }
  }
  if (files.empty())
    throw Error(ErrorCode::kBadInput, "the list of images on standard input is empty");
  return files;
}

std::vector<LabeledPath> labeled_paths(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw Error(fs::exists(folder, error) ? ErrorCode::kBadInput : ErrorCode::kNotFound,
                folder.string() + " is not a folder; one with a sub-folder a class is expected");
  }
  std::vector<LabeledPath> labeled;
  fs::directory_iterator walk(folder, error);
  for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
    std::error_code ignored;
    if (is_hidden(walk->path()) || !walk->is_directory(ignored)) continue;
    for (fs::path& image : images_beneath(walk->path())) {
      labeled.push_back({std::move(image), walk->path().filename().string()});
    }
  }
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't list the folder " + folder.string() + ": " + error.message());
  }
  if (labeled.empty()) {
    throw Error(ErrorCode::kBadInput,
                "no images in sub-folders of " + folder.string() +
                    "; a sub-folder a class is expected: DIR/CLASS/IMAGE.png");
  }
  std::sort(labeled.begin(), labeled.end(), [](const LabeledPath& a, const LabeledPath& b) {
    return a.class_name != b.class_name ? a.class_name < b.class_name : a.path < b.path;
  });
  return labeled;
}

}  // namespace simdb::cli
