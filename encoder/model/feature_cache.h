#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/progress.h"
#include "encoder/model/backbone_features.h"
#include "simdb/digest.h"

namespace simdb {

/// A file with the features that one backbone found in images, so that a second training need not
/// run it again. It may be deleted any time. Thread-compatible. docs/file_formats.md describes it.
class FeatureCache {
 public:
  /// Takes up the file at `path`. One that is absent, can't be read, is damaged or belongs to
  /// another backbone (`key`, see BackboneFeatures::key) counts as empty, and save() replaces it.
  FeatureCache(std::filesystem::path path, const Sha256& key, std::size_t dimension);

  /// The features of the image with these fitted pixels, as augmentation number `view` shows it; an
  /// empty span if they are not there. Valid until the next insert.
  std::span<const float> find(const Sha256& pixels, std::uint32_t view) const;

  /// Does nothing if they are there. Throws Error(kUsage) unless `features` has the dimension.
  void insert(const Sha256& pixels, std::uint32_t view, std::span<const float> features);

  std::size_t size() const noexcept { return rows_.size(); }

  /// Replaces the file, unless nothing was inserted. Throws Error(kIo); the file is then as it was.
  void save();

 private:
  using Key = std::pair<Sha256, std::uint32_t>;

  bool read_from(std::span<const std::byte> file);

  std::filesystem::path path_;
  Sha256 key_;
  std::size_t dimension_;
  std::map<Key, std::size_t> rows_;
  std::vector<float> values_;  // row-major, in the order of insertion
  bool is_changed_ = false;
};

/// BackboneFeatures::compute, which is only asked for the images that `cache` does not have; what
/// it finds is inserted. When `progress` returns false, the result has fewer rows.
std::vector<float> cached_features(const BackboneFeatures& backbone, FeatureCache& cache,
                                   std::span<const std::uint8_t> pixels, std::uint32_t view = 0,
                                   const ProgressCallback& progress = {});

}  // namespace simdb
