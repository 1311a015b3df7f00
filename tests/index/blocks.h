#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "index/kernels_internal.h"
#include "simdb/embedding.h"

namespace simdb::test {

/// Rows in blocks, as kernels read them (see index/kernels_internal.h).
class Blocks {
 public:
  explicit Blocks(const EmbeddingBatch& rows) : dimension_(rows.dimension()) {
    const std::size_t count = (rows.rows() + kBlockRows - 1) / kBlockRows;
    const std::size_t bytes = (count + 1) * kBlockRows * dimension_ * sizeof(float);  // never 0
    values_.reset(static_cast<float*>(std::aligned_alloc(kBlockAlignment, bytes)));
    std::memset(values_.get(), 0, bytes);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      float* first = values_.get() + r / kBlockRows * kBlockRows * dimension_ + r % kBlockRows;
      for (std::size_t d = 0; d < dimension_; ++d) first[d * kBlockRows] = rows.row(r)[d];
    }
    for (std::size_t b = 0; b < count; ++b) pointers_.push_back(block(b));
  }

  std::size_t count() const { return pointers_.size(); }
  const float* block(std::size_t b) const { return values_.get() + b * kBlockRows * dimension_; }
  const float* const* pointers() const { return pointers_.data(); }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::size_t dimension_;
  std::unique_ptr<float[], Free> values_;
  std::vector<const float*> pointers_;
};

}  // namespace simdb::test
