#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "simdb/image.h"
#include "simdb/image_codec.h"
#include "simdb/item.h"

namespace simdb {

/// Finds the image files that items were made of: by their digests, so that never another picture
/// is taken for one. Thread-safe.
class Originals {
 public:
  /// The image file of a digest that the database keeps; empty if it keeps none.
  using Kept = std::function<std::vector<std::byte>(const Sha256&)>;

  explicit Originals(const ImageLimits& limits = {}, Kept kept = {});

  /// Reads these files, on all cores, to know them by their digests; those that can't be read are
  /// passed over. Calls `check` before each, by several threads at a time, and lets out what that
  /// throws.
  void add_files(
      std::span<const std::filesystem::path> files, const std::function<void()>& check = [] {});

  /// The pixels of an item's image, from the database, its source or one of the files. Throws
  /// Error(kNotFound) if none of them has the item's digest, Error(kIo) if the system refused to
  /// read one that might, Error(kBadInput) if it can't be decoded.
  Image load(const ItemRecord& item) const;

 private:
  std::vector<std::byte> bytes_of(const ItemRecord& item) const;

  ImageLimits limits_;
  Kept kept_;
  std::map<Sha256, std::filesystem::path> files_;
};

}  // namespace simdb
