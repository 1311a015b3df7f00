#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "simdb/embedding.h"

namespace simdb::test {

/// Rows of one kind without end, the same for the same seed.
class RowMix {
 public:
  enum class Kind {
    kClustered,   ///< around 12 centres, lengths off by up to 1e-3
    kUniform,     ///< anywhere
    kDuplicates,  ///< mostly 30 points and their opposites, over and over
    kCorners,     ///< similarities are multiples of 1/8
    kDrifting,    ///< around centres that are replaced all the time
  };

  RowMix(Kind kind, std::uint64_t seed);

  std::vector<float> next();
  EmbeddingBatch next(std::size_t rows);

 private:
  std::vector<float> near(const std::vector<float>& centre);

  Kind kind_;
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
  std::vector<std::vector<float>> points_;
  std::size_t made_ = 0;
};

std::string name_of(RowMix::Kind kind);

}  // namespace simdb::test
