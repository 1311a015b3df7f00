#include "cli/mosaic.h"

#include <gtest/gtest.h>

#include <vector>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

TEST(MosaicTest, PutsImagesInRowsWithALineBetween) {
  const std::vector<Image> images = {{2, 1, 1, {1, 2}}, {2, 1, 1, {3, 4}}, {2, 1, 1, {5, 6}}};
  const Image page = mosaic(images, 2);
  ASSERT_EQ(page.width, 6);
  ASSERT_EQ(page.height, 4);
  const std::vector<std::uint8_t> expected = {1,   2,   255, 255, 3,   4,    //
                                              255, 255, 255, 255, 255, 255,  //
                                              255, 255, 255, 255, 255, 255,  //
                                              5,   6,   255, 255, 255, 255};
  EXPECT_EQ(page.pixels, expected);
}

TEST(MosaicTest, ZoomsEachPixel) {
  const Image page = mosaic(std::vector<Image>{{2, 1, 1, {1, 2}}}, 5, 2);
  EXPECT_EQ(page.width, 4);
  EXPECT_EQ(page.pixels, (std::vector<std::uint8_t>{1, 1, 2, 2, 1, 1, 2, 2}));
  EXPECT_EQ(zoom_of({28, 20, 3, {}}), 4);
  EXPECT_EQ(zoom_of({400, 20, 3, {}}), 1);
}

TEST(MosaicTest, RefusesImagesThatDoNotFit) {
  EXPECT_THROW(mosaic({}, 2), Error);
  EXPECT_THROW(mosaic(std::vector<Image>{{1, 1, 1, {1}}, {2, 1, 1, {1, 2}}}, 2), Error);
}

}  // namespace
}  // namespace simdb::cli
