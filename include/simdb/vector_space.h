#pragma once

#include <cstddef>
#include <string>

namespace simdb {

/// What the vectors of a gallery without an encoder are: those of one space compare with each
/// other, and never mix with others.
struct VectorSpace {
  std::string name;           ///< your own, e.g. of the network; see core/class_name.h for names
  std::size_t dimension = 0;  ///< 1 to kMaxDimension
};

}  // namespace simdb
