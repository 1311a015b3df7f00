#include "simdb/image_paths.h"

#include <istream>
#include <string_view>
#include <utility>

#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void append_listed(const PathList& list, std::vector<fs::path>& paths) {
  const std::size_t before = paths.size();
  bool is_first = true;
  for (std::string path; std::getline(list.in, path, list.end); is_first = false) {
    if (list.end == '\n') {
      if (is_first && path.starts_with(kByteOrderMark)) path.erase(0, kByteOrderMark.size());
      if (path.ends_with('\r')) path.pop_back();
    }
    if (!path.empty()) paths.emplace_back(path);
  }
  if (list.in.bad() && paths.size() > before) {  // else it is as good as empty, as a closed one is
    throw Error(ErrorCode::kIo, "can't read the list of images on " + list.name + " to its end");
  }
}

}  // namespace

std::vector<fs::path> expand_paths(std::span<const std::string> paths, const PathList& list,
                                   const FolderSkipped& skipped) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-") {
      append_listed(list, files);
    } else if (fs::is_directory(path, ignored)) {
      const std::vector<fs::path> images = images_beneath(path, skipped);
      if (images.empty()) {
        throw Error(ErrorCode::kBadInput,
                    "no images in the folder " + path + " (.png, .jpg, .bmp, .webp and the like)");
      }
      files.insert(files.end(), images.begin(), images.end());
    } else {
      files.emplace_back(path);
    }
  }
  if (files.empty())
    throw Error(ErrorCode::kBadInput, "the list of images on " + list.name + " is empty");
  return files;
}

ImageList list_of(std::span<const LabeledPath> files, const ImageLimits& limits) {
  return {files.size(),
          [files, limits](std::size_t i) { return load_image(files[i].path, limits); },
          [files](std::size_t i) { return files[i].path.string(); },
          [files, limits](std::size_t i) { return identify_image(files[i].path, limits); },
          [files](std::size_t i, std::uint64_t max) {
            return list_of(std::span(&files[i].path, 1)).bytes(0, max);
          }};
}

std::vector<LabeledPath> labeled_paths(const fs::path& folder, ClassLevel level,
                                       const FolderSkipped& skipped) {
  std::vector<LabeledPath> labeled;
  for (ClassFolder& entry : find_class_folders(folder, level, skipped)) {
    for (fs::path& image : entry.images) labeled.push_back({std::move(image), entry.name});
  }
  if (labeled.empty()) {
    throw Error(ErrorCode::kBadInput,
                "no images in sub-folders of " + folder.string() +
                    "; one sub-folder per class is expected: DIR/CLASS/IMAGE.png");
  }
  return labeled;
}

}  // namespace simdb
