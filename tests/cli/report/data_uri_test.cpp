#include "cli/report/data_uri.h"

#include <gtest/gtest.h>

#include "tests/support/images.h"

namespace simdb::cli {
namespace {

TEST(DataUri, Base64FollowsTheStandard) {
  // RFC 4648, section 10.
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) EXPECT_EQ(base64(test::to_bytes(plain)), encoded);
  EXPECT_EQ(base64(test::to_bytes({0xFB, 0xEF, 0xFF, 0x00})), "++//AA==");
}

TEST(DataUri, NamesTheTypeOfEachFormat) {
  const Image image = test::quadrant_image(8, 8);
  const std::pair<const char*, const char*> types[] = {
      {".png", "png"}, {".jpg", "jpeg"}, {".bmp", "bmp"}, {".webp", "webp"}};
  for (const auto& [extension, type] : types) {
    const test::Bytes bytes = test::encode_as(image, extension);
    EXPECT_EQ(image_data_uri(bytes),
              std::string("data:image/") + type + ";base64," + base64(bytes));
  }
}

TEST(DataUri, IsEmptyForWhatIsNoImage) {
  EXPECT_EQ(image_data_uri({}), "");
  EXPECT_EQ(image_data_uri(test::to_bytes("<svg onload='alert(1)'/>")), "");
}

}  // namespace
}  // namespace simdb::cli
