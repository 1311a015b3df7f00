#include "index/kernels_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

// The target holds from here on, so no header of a library may follow.
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif

namespace simdb {
namespace {

struct Simd {
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kQueries = 8;
  using V = __m512;
  static V load(const float* values) { return _mm512_loadu_ps(values); }
  static void store(float* values, V v) { _mm512_storeu_ps(values, v); }
  static V broadcast(float value) { return _mm512_set1_ps(value); }
  static V multiply(V a, V b) { return _mm512_mul_ps(a, b); }
  static V add(V a, V b) { return _mm512_add_ps(a, b); }
  static V subtract(V a, V b) { return _mm512_sub_ps(a, b); }
  static V multiply_add(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
  static unsigned at_least(V a, V b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
};

}  // namespace
}  // namespace simdb

#include "index/kernels_simd_internal.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace simdb {
namespace {
constexpr Kernels kKernels = {"avx512", score, score_many, nearest, largest, select, overlap};
}

const Kernels* const kAvx512Kernels = &kKernels;

}  // namespace simdb

#else

namespace simdb {
const Kernels* const kAvx512Kernels = nullptr;
}

#endif
