#include <array>

#include "index/kernels_internal.h"

namespace simdb {
namespace {

struct Available {
  std::array<const Kernels*, 4> kernels{};
  std::size_t count = 0;

  Available() {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f")) kernels[count++] = kAvx512Kernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      kernels[count++] = kAvx2Kernels;
    }
#endif
    if (kNeonKernels != nullptr) kernels[count++] = kNeonKernels;
    kernels[count++] = &kPortableKernels;
  }
};

}  // namespace

std::span<const Kernels* const> available_kernels() {
  static const Available available;
  return {available.kernels.data(), available.count};
}

const Kernels& best_kernels() { return *available_kernels().front(); }

}  // namespace simdb
