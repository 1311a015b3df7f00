#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "simdb/gallery.h"
#include "tests/support/embeddings.h"

namespace simdb::test {

/// That approximate searches of a gallery with a class "rare" find as many as are asked for, and 9
/// of 10 of the nearest, with a filter too.
inline void expect_most_found(const Gallery& approximate, const Gallery& exact) {
  const EmbeddingBatch queries = random_embeddings(50, 16, 2);
  for (const SearchFilter& filter : {SearchFilter{}, SearchFilter{{"rare"}}}) {
    std::size_t same = 0;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      const auto found = approximate.search(queries.row(q), 10, filter);
      EXPECT_EQ(found.size(), 10U);
      const auto nearest = exact.search(queries.row(q), 10, filter);
      for (const Neighbor& hit : found) same += std::ranges::count(nearest, hit);
    }
    EXPECT_GT(same, 450U);  // of 500
  }
}

}  // namespace simdb::test
