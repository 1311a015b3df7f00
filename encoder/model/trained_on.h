#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/digest.h"

namespace simdb {

/// The note of a model file that tells which image files the encoder was trained on.
inline constexpr std::string_view kTrainedOnNote = "trained_on";
/// Of more images the note has those with the smallest digests: 2 MB.
inline constexpr std::size_t kMaxTrainedOn = 131'072;

/// The note for images with these digests: the first 8 bytes of each in hexadecimal, ascending.
std::string trained_on_note(std::vector<Sha256> digests);

/// The note for the images of both notes; text that is no such note counts as none.
std::string join_trained_on(const std::string& one, const std::string& other);

/// What such a note says. Immutable; thread-safe.
class TrainedOnImages {
 public:
  /// From the notes of a model; none without that note, or if it is none.
  explicit TrainedOnImages(const std::map<std::string, std::string>& notes);

  bool contains(const Sha256& digest) const;
  std::size_t size() const noexcept { return prefixes_.size(); }

 private:
  std::vector<std::uint64_t> prefixes_;  // ascending
};

}  // namespace simdb
