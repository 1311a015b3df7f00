#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace simdb {

// Draws that are the same on every platform. The standard fixes what std::mt19937_64 gives, but not
// what std::shuffle and the distributions make of it.

/// Uniform in [0, count), count > 0.
inline std::uint64_t draw_below(std::mt19937_64& random, std::uint64_t count) {
  // Values past the last whole multiple of `count` would favour the small results.
  const std::uint64_t excess = (UINT64_MAX % count + 1) % count;
  std::uint64_t value = random();
  while (value > UINT64_MAX - excess) value = random();
  return value % count;
}

/// Brings a uniform random choice of `count` values (at most all) to the front, in random order.
template <typename Value>
void draw_to_front(std::span<Value> values, std::size_t count, std::mt19937_64& random) {
  for (std::size_t i = 0; i < std::min(count, values.size()); ++i) {
    std::swap(values[i], values[i + draw_below(random, values.size() - i)]);
  }
}

/// A uniform random permutation.
template <typename Value>
void shuffle_values(std::span<Value> values, std::mt19937_64& random) {
  draw_to_front(values, values.size(), random);
}

}  // namespace simdb
