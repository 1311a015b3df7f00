#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "simdb/embedding.h"

namespace simdb {

inline constexpr float kPi = std::numbers::pi_v<float>;
/// More than the float functions here err by, in radians and cosines.
inline constexpr float kAngleSlack = 2e-6F;

/// acos by polynomial, several times as fast as the library's: error < 2e-8 (Abramowitz and Stegun,
/// Handbook of Mathematical Functions, 4.4.46) and float rounding.
inline float angle_of(float cosine) {
  const float x = std::min(std::abs(cosine), 1.0F);
  float sum = -0.0012624911F;
  sum = sum * x + 0.0066700901F;
  sum = sum * x - 0.0170881256F;
  sum = sum * x + 0.0308918810F;
  sum = sum * x - 0.0501743046F;
  sum = sum * x + 0.0889789874F;
  sum = sum * x - 0.2145988016F;
  sum = sum * x + 1.5707963050F;
  const float angle = std::sqrt(1 - x) * sum;
  return cosine < 0 ? kPi - angle : angle;
}

inline double length_of(std::span<const float> values) { return std::sqrt(squared_length(values)); }

}  // namespace simdb
