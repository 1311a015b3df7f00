#include "core/vector_space.h"

#include "core/class_name.h"
#include "simdb/embedding.h"

namespace simdb {

std::string description_of(const VectorSpace& space) {
  return "simdb space\n" + std::to_string(space.dimension) + '\n' + space.name;
}

void require_valid(const VectorSpace& space) {
  require_valid_dimension(space.dimension);
  require_name(space.name, "name of a space", kMaxClassNameBytes);
}

}  // namespace simdb
