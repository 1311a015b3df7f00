#include "index/kernels_internal.h"

#ifdef __aarch64__

#include <arm_neon.h>

// NEON is in the baseline of every AArch64, so no target attribute is needed.
namespace simdb {
namespace {

struct Simd {
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kQueries = 4;
  using V = float32x4_t;
  static V load(const float* values) { return vld1q_f32(values); }
  static void store(float* values, V v) { vst1q_f32(values, v); }
  static V broadcast(float value) { return vdupq_n_f32(value); }
  static V multiply(V a, V b) { return vmulq_f32(a, b); }
  static V add(V a, V b) { return vaddq_f32(a, b); }
  static V subtract(V a, V b) { return vsubq_f32(a, b); }
  static V multiply_add(V a, V b, V c) { return vfmaq_f32(c, a, b); }
  static unsigned at_least(V a, V b) {
    constexpr std::uint32_t kBits[] = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(vcgeq_f32(a, b), vld1q_u32(kBits)));
  }
};

}  // namespace
}  // namespace simdb

#include "index/kernels_simd_internal.h"

namespace simdb {
namespace {
constexpr Kernels kKernels = {"neon", score, score_many, nearest, largest, select, overlap};
}

const Kernels* const kNeonKernels = &kKernels;

}  // namespace simdb

#else

namespace simdb {
const Kernels* const kNeonKernels = nullptr;
}

#endif
