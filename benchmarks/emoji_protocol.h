#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "simdb/class_folders.h"
#include "simdb/image_encoder.h"

// Protocol emoji_open: a folder per class, with one drawing VENDOR.png by each vendor. An encoder
// that was trained on some classes must find the drawings of the others.
namespace simdb::bench {

struct EmojiSplit {
  std::vector<ClassFolder> training;
  std::vector<ClassFolder> unseen;
};

/// Draws `training` classes by `seed`, the same on every platform; the others are unseen. Both are
/// in the order of their names. Throws Error(kUsage) unless some classes are left unseen.
EmojiSplit split_emoji(const std::filesystem::path& folder, std::size_t training,
                       std::uint64_t seed);

/// Makes `folder` with a symbolic link to each class, for `simdb train`. Throws Error(kBadInput) if
/// it exists and is not empty, Error(kIo) if it can't be written.
void link_classes(const std::vector<ClassFolder>& classes, const std::filesystem::path& folder);

struct EmojiScore {
  std::map<std::string, double> recall_at_1;  ///< by vendor
  double mean = 0;                            ///< over the vendors
};

/// The gallery is `gallery_vendor`'s drawing of every class, each other drawing is a query. Throws
/// Error(kBadInput) if a class lacks the gallery's drawing or there are no others.
EmojiScore score_emoji(const ImageEncoder& encoder, const std::vector<ClassFolder>& classes,
                       const std::string& gallery_vendor);

}  // namespace simdb::bench
