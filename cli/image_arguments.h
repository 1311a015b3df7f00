#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cli/args.h"
#include "simdb/encode_images.h"
#include "simdb/image_paths.h"

namespace simdb::cli {

/// Finds the images that a command line names. A sub-folder that this user may not list is named
/// on stderr and left out. Errors as expand_paths and labeled_paths.
class ImageArguments {
 public:
  explicit ImageArguments(Console& console) : console_(console) {}

  /// Files, the images beneath folders, and those of lists; `parser` has with_lists(). Throws
  /// Error(kUsage) if there are neither words nor lists, or -0 without a list.
  std::vector<std::filesystem::path> files(const ArgumentParser& parser,
                                           std::span<const std::string> words);
  /// The images beneath a folder, or those listed on standard input.
  std::vector<std::filesystem::path> files(const std::string& folder);
  /// The images in the classes of a folder.
  std::vector<LabeledPath> classes(const std::string& folder, ClassLevel level);

  /// cli::exit_code(), but kBadInput where that is 0 and a folder was left out.
  int exit_code(std::span<const ImageFailure> failures, std::size_t total) const;

 private:
  FolderSkipped skipped();

  Console& console_;
  bool complete_ = true;
};

}  // namespace simdb::cli
