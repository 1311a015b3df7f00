#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace simdb {

/// Lets OpenCV decode into a vector that can be moved out of the matrix: copying the pixels of a
/// large picture would need as much memory again. Thread-safe.
class PixelAllocator final : public cv::MatAllocator {
 public:
  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, std::size_t* step,
                         cv::AccessFlag flags, cv::UMatUsageFlags usage) const override;
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override;
  void deallocate(cv::UMatData* data) const override;

  /// True if `mat` has its memory from here, is the only one that has it, and is all of it.
  bool owns(const cv::Mat& mat) const;
  /// The pixels of `mat`, which is then empty. Only if owns(mat).
  std::vector<std::uint8_t> take(cv::Mat& mat) const;
};

}  // namespace simdb
