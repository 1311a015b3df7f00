#include "index/kernels_internal.h"

namespace simdb {
namespace {

// Plain loops, which compilers turn into whatever the target's baseline has.
struct Simd {
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kQueries = 4;
  struct V {
    float lanes[kLanes];
  };
  static V load(const float* values) {
    V v;
    for (std::size_t i = 0; i < kLanes; ++i) v.lanes[i] = values[i];
    return v;
  }
  static void store(float* values, const V& v) {
    for (std::size_t i = 0; i < kLanes; ++i) values[i] = v.lanes[i];
  }
  static V broadcast(float value) {
    V v;
    for (float& lane : v.lanes) lane = value;
    return v;
  }
  static V multiply(V a, const V& b) {
    for (std::size_t i = 0; i < kLanes; ++i) a.lanes[i] *= b.lanes[i];
    return a;
  }
  static V add(V a, const V& b) {
    for (std::size_t i = 0; i < kLanes; ++i) a.lanes[i] += b.lanes[i];
    return a;
  }
  static V subtract(V a, const V& b) {
    for (std::size_t i = 0; i < kLanes; ++i) a.lanes[i] -= b.lanes[i];
    return a;
  }
  static V multiply_add(const V& a, const V& b, V c) {
    for (std::size_t i = 0; i < kLanes; ++i) c.lanes[i] += a.lanes[i] * b.lanes[i];
    return c;
  }
  static unsigned at_least(const V& a, const V& b) {
    unsigned mask = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
      mask |= static_cast<unsigned>(a.lanes[i] >= b.lanes[i]) << i;
    }
    return mask;
  }
};

}  // namespace
}  // namespace simdb

#include "index/kernels_simd_internal.h"

namespace simdb {

const Kernels kPortableKernels = {"portable", score, score_many, nearest, largest, select, overlap};

}  // namespace simdb
