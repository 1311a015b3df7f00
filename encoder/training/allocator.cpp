#include "encoder/training/allocator.h"

#include <malloc.h>

namespace simdb::training {

void keep_freed_memory() noexcept {
#ifdef __GLIBC__
  constexpr int kGigabyte = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kGigabyte);
  mallopt(M_TRIM_THRESHOLD, kGigabyte);
#endif
}

}  // namespace simdb::training
