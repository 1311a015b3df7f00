#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace simdb::training {

/// Which images train and which validate; both in rising order, together every image once.
struct Split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
};

/// Sets `fraction` (0 to 0.9) of every class aside, chosen by `seed`. Stratified: a class of n
/// images gives round(n * fraction), at least one if n >= 3, and always keeps two for training.
/// Throws Error(kUsage) for any other fraction.
Split split_by_class(std::span<const int> labels, double fraction, std::uint64_t seed);

/// Sets whole classes aside, chosen by `seed`: round(classes * fraction) of them, at least 10 (but
/// then at most a third) and at most 100, and never so many that fewer than two are left. Where the
/// classes have at least 5 parents (one per image), whole parents go aside until that many classes
/// have, as what the classes of a parent share would give the others away. Throws Error(kUsage) for
/// a fraction outside 0 to 0.9.
Split split_off_classes(std::span<const int> labels, std::span<const int> parents, double fraction,
                        std::uint64_t seed);

}  // namespace simdb::training
