#include "index/kernels_internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

// The target holds from here on, so no header of a library may follow.
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace simdb {
namespace {

struct Simd {
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kQueries = 4;
  using V = __m256;
  static V load(const float* values) { return _mm256_loadu_ps(values); }
  static void store(float* values, V v) { _mm256_storeu_ps(values, v); }
  static V broadcast(float value) { return _mm256_set1_ps(value); }
  static V multiply(V a, V b) { return _mm256_mul_ps(a, b); }
  static V add(V a, V b) { return _mm256_add_ps(a, b); }
  static V subtract(V a, V b) { return _mm256_sub_ps(a, b); }
  static V multiply_add(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
  static unsigned at_least(V a, V b) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GE_OQ)));
  }
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
constexpr Kernels kKernels = {"avx2", score, score_many, nearest, largest, select, overlap};
}

const Kernels* const kAvx2Kernels = &kKernels;

}  // namespace simdb

#else

namespace simdb {
const Kernels* const kAvx2Kernels = nullptr;
}

#endif
