#include "cli/render.h"

#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

TEST(Render, NumbersForPeople) {
  EXPECT_EQ(count_of(1, "image", "images"), "1 image");
  EXPECT_EQ(count_of(0, "image", "images"), "0 images");
  EXPECT_EQ(percent(0.9754), "97.5 %");
  EXPECT_EQ(byte_size(999), "999 bytes");
  EXPECT_EQ(byte_size(1400000), "1.4 MB");
}

}  // namespace
}  // namespace simdb::cli
