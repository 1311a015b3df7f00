#pragma once

// The kernels, once, over a SIMD type. Included by kernels_*.cpp only, each inside its own target
// attribute, after that file has defined `Simd`:
//   Simd::V                 a vector of Simd::kLanes floats (16 is a multiple of kLanes)
//   Simd::kQueries          so many queries times 16 sums leave a few registers free
//   load, store, broadcast, add, subtract, multiply, multiply_add(a, b, c) = a * b + c
//   at_least(a, b)          bit i set where a[i] >= b[i]
// Nothing here may be shared between instruction sets: all in an unnamed namespace, no inline
// function of a library.
namespace simdb {
namespace {

constexpr std::size_t kVectors = kBlockRows / Simd::kLanes;  // vectors for one value of a block
constexpr std::size_t kSlice = 16;                           // values that stay in registers

// Adds the dot products of one slice of 16 values to `sums`, in two chains to hide the latency.
inline void add_slice(const float* query, const float* block, Simd::V (&sums)[kVectors]) {
  for (std::size_t v = 0; v < kVectors; ++v) {
    const float* column = block + v * Simd::kLanes;
    Simd::V even = sums[v];
    Simd::V odd = Simd::multiply(Simd::broadcast(query[1]), Simd::load(column + kBlockRows));
    even = Simd::multiply_add(Simd::broadcast(query[0]), Simd::load(column), even);
    for (std::size_t d = 2; d < kSlice; d += 2) {
      even =
          Simd::multiply_add(Simd::broadcast(query[d]), Simd::load(column + d * kBlockRows), even);
      odd = Simd::multiply_add(Simd::broadcast(query[d + 1]),
                               Simd::load(column + (d + 1) * kBlockRows), odd);
    }
    sums[v] = Simd::add(even, odd);
  }
}

inline void score_block(const float* query, std::size_t dimension, const float* block,
                        Simd::V (&sums)[kVectors]) {
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = Simd::broadcast(0.0F);
  std::size_t d = 0;
  for (; d + kSlice <= dimension; d += kSlice) add_slice(query + d, block + d * kBlockRows, sums);
  for (; d < dimension; ++d) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Simd::V column = Simd::load(block + d * kBlockRows + v * Simd::kLanes);
      sums[v] = Simd::multiply_add(Simd::broadcast(query[d]), column, sums[v]);
    }
  }
}

template <std::size_t kDimension>  // 0: any
inline void score_blocks(const float* query, std::size_t any_dimension, const float* const* blocks,
                         std::size_t count, float threshold, float* scores, std::uint16_t* hits) {
  const std::size_t dimension = kDimension != 0 ? kDimension : any_dimension;
  const Simd::V bar = Simd::broadcast(threshold);
  for (std::size_t b = 0; b < count; ++b) {
    Simd::V sums[kVectors];
    score_block(query, dimension, blocks[b], sums);
    unsigned hit = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
      Simd::store(scores + b * kBlockRows + v * Simd::kLanes, sums[v]);
      hit |= Simd::at_least(sums[v], bar) << (v * Simd::kLanes);
    }
    hits[b] = static_cast<std::uint16_t>(hit);
  }
}

void score(const float* query, std::size_t dimension, const float* const* blocks, std::size_t count,
           float threshold, float* scores, std::uint16_t* hits) {
  if (dimension == kSlice) {
    score_blocks<kSlice>(query, dimension, blocks, count, threshold, scores, hits);
  } else {
    score_blocks<0>(query, dimension, blocks, count, threshold, scores, hits);
  }
}

// One block against a group of queries: a block is loaded once for all of them.
template <std::size_t kCount>
inline void score_group(const float* const* queries, std::size_t dimension, const float* block,
                        Simd::V (&sums)[kCount][kVectors]) {
  for (auto& sum : sums) {
    for (auto& part : sum) part = Simd::broadcast(0.0F);
  }
  for (std::size_t d = 0; d < dimension; ++d) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Simd::V values = Simd::load(block + d * kBlockRows + v * Simd::kLanes);
      for (std::size_t q = 0; q < kCount; ++q) {
        sums[q][v] = Simd::multiply_add(Simd::broadcast(queries[q][d]), values, sums[q][v]);
      }
    }
  }
}

void score_many(const float* const* queries, std::size_t query_count, std::size_t dimension,
                const float* block, const float* thresholds, float* scores, std::uint16_t* hits) {
  constexpr std::size_t kQueries = Simd::kQueries;
  std::size_t first = 0;
  for (; first + kQueries <= query_count; first += kQueries) {
    Simd::V sums[kQueries][kVectors];
    score_group(queries + first, dimension, block, sums);
    for (std::size_t q = 0; q < kQueries; ++q) {
      const Simd::V bar = Simd::broadcast(thresholds[first + q]);
      unsigned hit = 0;
      for (std::size_t v = 0; v < kVectors; ++v) {
        Simd::store(scores + (first + q) * kBlockRows + v * Simd::kLanes, sums[q][v]);
        hit |= Simd::at_least(sums[q][v], bar) << (v * Simd::kLanes);
      }
      hits[first + q] = static_cast<std::uint16_t>(hit);
    }
  }
  for (; first < query_count; ++first) {
    score(queries[first], dimension, &block, 1, thresholds[first], scores + first * kBlockRows,
          hits + first);
  }
}

constexpr std::size_t kGroup = Kernels::kGroup;

void nearest(const float* queries, std::size_t query_count, std::size_t dimension,
             const float* blocks, std::size_t rows, std::uint32_t* nearest_rows,
             float* nearest_scores) {
  for (std::size_t first = 0; first < query_count; first += kGroup) {
    const std::size_t members = query_count - first < kGroup ? query_count - first : kGroup;
    const float* group[kGroup];
    std::uint32_t best_row[kGroup];
    float best[kGroup];
    for (std::size_t q = 0; q < kGroup; ++q) {  // a short group repeats its last query
      group[q] = queries + (first + (q < members ? q : members - 1)) * dimension;
      best_row[q] = 0;
      best[q] = -__builtin_inff();
    }
    for (std::size_t row = 0; row < rows; row += kBlockRows) {
      Simd::V sums[kGroup][kVectors];
      score_group(group, dimension, blocks + row * dimension, sums);
      for (std::size_t q = 0; q < members; ++q) {
        unsigned candidates = 0;
        const Simd::V bar = Simd::broadcast(best[q]);
        for (std::size_t v = 0; v < kVectors; ++v) {
          candidates |= Simd::at_least(sums[q][v], bar) << (v * Simd::kLanes);
        }
        if (candidates == 0) continue;
        float scores[kBlockRows];
        for (std::size_t v = 0; v < kVectors; ++v) {
          Simd::store(scores + v * Simd::kLanes, sums[q][v]);
        }
        for (std::size_t r = 0; r < kBlockRows && row + r < rows; ++r) {
          if (scores[r] <= best[q]) continue;
          best[q] = scores[r];
          best_row[q] = static_cast<std::uint32_t>(row + r);
        }
      }
    }
    for (std::size_t q = 0; q < members; ++q) {
      nearest_rows[first + q] = best_row[q];
      nearest_scores[first + q] = best[q];
    }
  }
}

std::size_t largest(const float* values, std::size_t count) {
  std::size_t best = 0;
  std::size_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) {
    if (Simd::at_least(Simd::load(values + i), Simd::broadcast(values[best])) == 0) continue;
    for (std::size_t j = i; j < i + Simd::kLanes; ++j) {
      if (values[j] > values[best]) best = j;
    }
  }
  for (; i < count; ++i) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}

// Appends first + i for every bit i that is set.
inline std::size_t append_bits(unsigned bits, std::size_t first, std::uint32_t* selected,
                               std::size_t found) {
  for (; bits != 0; bits &= bits - 1) {
    selected[found++] =
        static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(__builtin_ctz(bits));
  }
  return found;
}

std::size_t select(const float* scores, const float* cos_radius, const float* sin_radius,
                   std::size_t count, float cos_angle, float sin_angle, float slack,
                   std::uint32_t* selected) {
  const Simd::V cosine = Simd::broadcast(cos_angle);
  const Simd::V sine = Simd::broadcast(sin_angle);
  const Simd::V wrapped = Simd::broadcast(-cos_angle);
  const Simd::V more = Simd::broadcast(slack);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += Simd::kLanes) {
    const Simd::V radius = Simd::load(cos_radius + i);
    // cos(r + a) = cos r cos a - sin r sin a
    const Simd::V bound = Simd::subtract(Simd::multiply(radius, cosine),
                                         Simd::multiply(Simd::load(sin_radius + i), sine));
    unsigned open = Simd::at_least(Simd::add(Simd::load(scores + i), more), bound) |
                    Simd::at_least(wrapped, radius);
    if (count - i < Simd::kLanes) open &= (1U << (count - i)) - 1U;
    found = append_bits(open, i, selected, found);
  }
  return found;
}

std::size_t overlap(const float* near, const float* far, std::size_t count, float low, float high,
                    std::uint32_t* selected) {
  const Simd::V bottom = Simd::broadcast(low);
  const Simd::V top = Simd::broadcast(high);
  std::size_t found = 0;
  std::size_t i = 0;
  for (; i + Simd::kLanes <= count; i += Simd::kLanes) {
    found = append_bits(
        Simd::at_least(top, Simd::load(near + i)) & Simd::at_least(Simd::load(far + i), bottom), i,
        selected, found);
  }
  for (; i < count; ++i) {
    if (near[i] <= high && far[i] >= low) selected[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

}  // namespace
}  // namespace simdb
