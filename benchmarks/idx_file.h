#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simdb/image.h"

// The idx format of MNIST and its relatives: big-endian header, then bytes.
namespace simdb::bench {

/// Labelled grey images of one size.
struct IdxImages {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  ///< labels.size() x height x width
  std::vector<std::uint8_t> labels;

  Image image(std::size_t i) const;
};

/// Reads a file of images and the one of their labels; each may be packed by gzip or not. Throws
/// Error(kBadInput), naming the file, if it is no idx file of that kind, has another length than it
/// says, or the two differ in number; Error(kNotFound) if there is none.
IdxImages read_idx(const std::filesystem::path& images, const std::filesystem::path& labels);

/// "0-6,8" as numbers up to 255. Throws Error(kUsage) for anything else.
std::set<std::uint8_t> parse_classes(const std::string& text);

/// Which images are unpacked.
struct IdxSelection {
  std::optional<std::set<std::uint8_t>> classes = {};  ///< all unless given
  std::size_t skip = 0;                                ///< so many first images of every class
  std::optional<std::size_t> per_class = {};           ///< then at most so many of it
};

/// Indices of the selected images, ascending.
std::vector<std::size_t> select_images(const std::vector<std::uint8_t>& labels,
                                       const IdxSelection& selection);

}  // namespace simdb::bench
