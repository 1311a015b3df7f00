#include "cli/report/data_uri.h"

#include <gtest/gtest.h>

#include "core/base64.h"
#include "tests/support/images.h"

namespace simdb::cli {
namespace {

TEST(DataUri, NamesTheTypeOfEachFormat) {
  const Image image = test::quadrant_image(8, 8);
  const std::pair<const char*, const char*> types[] = {
      {".png", "png"}, {".jpg", "jpeg"}, {".bmp", "bmp"}, {".webp", "webp"}};
  for (const auto& [extension, type] : types) {
    const test::Bytes bytes = test::encode_as(image, extension);
    EXPECT_EQ(image_data_uri(bytes),
              std::string("data:image/") + type + ";base64," + to_base64(bytes));
  }
}

TEST(DataUri, IsEmptyForWhatIsNoImage) {
  EXPECT_EQ(image_data_uri({}), "");
  EXPECT_EQ(image_data_uri(test::to_bytes("<svg onload='alert(1)'/>")), "");
}

}  // namespace
}  // namespace simdb::cli
