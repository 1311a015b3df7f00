#pragma once

#include <string>

#include "simdb/vector_space.h"

namespace simdb {

/// The text that a gallery keeps in place of an encoder: "simdb space", dimension and name, a line
/// each. The SHA-256 of it is the gallery's encoder_fingerprint. Pure.
std::string description_of(const VectorSpace& space);

/// Throws Error(kBadInput) on a name that can't be used, Error(kUsage) on an invalid dimension.
void require_valid(const VectorSpace& space);

}  // namespace simdb
