#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace simdb {

/// Which of some rows belong together: a disjoint-set forest. Not thread-safe: root() shortens
/// paths.
class JoinedRows {
 public:
  explicit JoinedRows(std::size_t rows) : above_(rows) {
    std::iota(above_.begin(), above_.end(), std::size_t{0});
  }

  /// The lowest row of the group.
  std::size_t root(std::size_t row) {
    while (above_[row] != row) row = above_[row] = above_[above_[row]];
    return row;
  }
  /// Makes one group of those of two rows.
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> above_;
};

}  // namespace simdb
