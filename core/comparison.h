#pragma once

#include "simdb/metadata.h"

namespace simdb {

/// Whether a value meets a comparison with another one; `order` is negative if it comes before that
/// one, 0 if it is the same.
constexpr bool meets(int order, Comparison comparison) noexcept {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

}  // namespace simdb
