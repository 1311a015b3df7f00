#include "core/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace simdb {
namespace {

std::string decoded(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes) return "none";
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string encoded(std::string_view text) { return to_base64(std::as_bytes(std::span(text))); }

// RFC 4648, section 10.
TEST(Base64Test, TheVectorsOfTheStandard) {
  const std::pair<std::string, std::string> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : kVectors) {
    EXPECT_EQ(encoded(plain), text);
    EXPECT_EQ(decoded(text), plain);
  }
  EXPECT_EQ(encoded(std::string_view("\xFB\xEF\xFF\0", 4)), "++//AA==");
}

TEST(Base64Test, TakesNothingElse) {
  for (const char* text : {"Zg",
                           "Zg=",
                           "Zg===",
                           "Zg==Zg==",
                           "=",
                           "====",
                           "Z===",
                           "Zm9v\n",
                           " Zm9v",
                           "Zm9v ",
                           "Zm9-",
                           "Zm9_",
                           "Zm 9",
                           "Zh==",
                           "Zm9=",
                           "Z=g=",
                           "=Zg=",
                           "Zm9v====",
                           "Zm\xC3\xA9",
                           "data"
                           ":a"}) {
    EXPECT_EQ(decoded(text), "none") << text;
  }
  EXPECT_EQ(decoded(std::string_view("Zm\0v", 4)), "none");
}

TEST(Base64Test, ThereAndBackForBytesOfAllLengths) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(decoded(encoded(bytes)), bytes);
  }
}

}  // namespace
}  // namespace simdb
