#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// Sums the embeddings of a class for the direction of their mean. The same embeddings in the same
/// order give the same bits on every machine. Thread-compatible.
class ClassMean {
 public:
  explicit ClassMean(std::size_t dimension) : sum_(dimension) {}

  /// Throws Error(kUsage) if the dimension is another.
  void add(std::span<const float> embedding);

  /// The mean scaled to length 1; nothing if there is none or it has no direction because the
  /// embeddings cancel each other out.
  std::optional<Embedding> direction() const;

 private:
  std::vector<double> sum_;
};

}  // namespace simdb
