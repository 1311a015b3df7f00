#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace simdb::cli {

// Which of many labelled images a report shows. The same choice every time; results are indices
// into `labels`, ordered by label, then by index. Labels are below `classes`.

/// At most `cap` images, every class by its share of all.
std::vector<std::size_t> proportional_sample(std::span<const std::size_t> labels, std::size_t cap);

/// Of a single image of each class, nobody sees whether the class holds together.
inline constexpr std::size_t kImagesOfAClass = 3;

/// At most `cap` images, as many of each class as of any other where it has them. Of more than
/// `cap` / kImagesOfAClass classes, that many are taken, evenly spaced.
std::vector<std::size_t> balanced_sample(std::span<const std::size_t> labels, std::size_t classes,
                                         std::size_t cap);

}  // namespace simdb::cli
