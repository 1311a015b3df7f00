#include "benchmarks/feature_rows.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::bench {
namespace {

TEST(FeatureRowsTest, PrefixesHaveLengthOneAgain) {
  FeatureRows rows(3);
  rows.append_normalized(std::vector<float>{3, 4, 12});
  EXPECT_NEAR(rows.row(0)[2], 12.0 / 13, 1e-6);
  const FeatureRows cut = prefix_of(rows, 2);
  EXPECT_NEAR(cut.row(0)[0], 0.6, 1e-6);
  EXPECT_NEAR(cut.row(0)[1], 0.8, 1e-6);
  EXPECT_EQ(test::code_of([&] { prefix_of(rows, 4); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { rows.append_normalized(std::vector<float>{1}); }),
            ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::bench
