#include <memory>
#include <utility>

#include "encoder/image/pixel_allocator_internal.h"

namespace simdb {

cv::UMatData* PixelAllocator::allocate(int dims, const int* sizes, int type, void* data,
                                       std::size_t* step, cv::AccessFlag /*flags*/,
                                       cv::UMatUsageFlags /*usage*/) const {
  CV_Assert(data == nullptr);  // a matrix around memory of its user is never asked for
  std::size_t total = CV_ELEM_SIZE(type);
  for (int i = dims - 1; i >= 0; --i) {
    if (step != nullptr) step[i] = total;
    total *= static_cast<std::size_t>(sizes[i]);
  }
  auto pixels = std::make_unique<std::vector<std::uint8_t>>(total);
  auto result = std::make_unique<cv::UMatData>(this);
  result->data = result->origdata = pixels->data();
  result->size = total;
  result->userdata = pixels.release();
  return result.release();
}

bool PixelAllocator::allocate(cv::UMatData* data, cv::AccessFlag /*flags*/,
                              cv::UMatUsageFlags /*usage*/) const {
  return data != nullptr;
}

void PixelAllocator::deallocate(cv::UMatData* data) const {
  const std::unique_ptr<cv::UMatData> owned(data);
  if (owned == nullptr) return;
  const std::unique_ptr<std::vector<std::uint8_t>> pixels(
      static_cast<std::vector<std::uint8_t>*>(owned->userdata));
}

bool PixelAllocator::owns(const cv::Mat& mat) const {
  return mat.u != nullptr && mat.u->currAllocator == this && mat.u->refcount == 1 &&
         mat.data == mat.u->data && mat.total() * mat.elemSize() == mat.u->size;
}

std::vector<std::uint8_t> PixelAllocator::take(cv::Mat& mat) const {
  CV_Assert(owns(mat));
  std::vector<std::uint8_t> pixels =
      std::move(*static_cast<std::vector<std::uint8_t>*>(mat.u->userdata));
  mat.release();
  return pixels;
}

}  // namespace simdb
