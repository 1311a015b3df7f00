#include "core/new_item.h"

#include <gtest/gtest.h>

namespace simdb {
namespace {

TEST(NewItem, HasAllThatIsKnownOfTheImage) {
  SourceImage image;
  image.image = {.width = 3, .height = 5, .channels = 1, .pixels = {}};
  image.source = "/somewhere/a.png";
  image.digest[7] = 9;
  image.thumbnail = {std::byte{1}, std::byte{2}};
  const NewItem item = new_item("bolt", image);
  EXPECT_EQ(item.info, (ItemInfo{.class_name = "bolt",
                                 .source = "/somewhere/a.png",
                                 .digest = image.digest,
                                 .width = 3,
                                 .height = 5}));
  EXPECT_EQ(item.thumbnail, image.thumbnail);
}

}  // namespace
}  // namespace simdb
