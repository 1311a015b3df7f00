#include "benchmarks/idx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file_io.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using test::code_of;
using ::testing::ElementsAre;
using namespace std::string_view_literals;

// Three images of 1 x 2 pixels and their labels 7, 0, 7; kPacked is kLabels behind gzip.
constexpr std::string_view kImages =
    "\0\0\x08\x03\0\0\0\x03\0\0\0\x01\0\0\0\x02"
    "\x0a\x0b\x14\x15\x1e\x1f"sv;
constexpr std::string_view kLabels = "\0\0\x08\x01\0\0\0\x03\x07\0\x07"sv;
constexpr std::string_view kPacked =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\xe0\x60\x64\x60\x60\x60\x66\x67\x60\x07\x00\xa2\x3f\x6b\x95\x0b\x00\x00\x00"sv;

class IdxFileTest : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view bytes) {
    const auto path = folder_ / std::to_string(++files_);
    write_file_atomic(path, bytes);
    return path;
  }
  ErrorCode code(std::string_view images, std::string_view labels) {
    return code_of([&] { read_idx(write(images), write(labels)); });
  }

  test::TemporaryFolder folder_;
  int files_ = 0;
};

TEST_F(IdxFileTest, PlainAndPackedFilesAreRead) {
  for (const std::string_view labels : {kLabels, kPacked}) {
    const IdxImages data = read_idx(write(kImages), write(labels));
    EXPECT_THAT(data.labels, ElementsAre(7, 0, 7));
    const Image image = data.image(1);
    EXPECT_EQ(image.width, 2);
    EXPECT_EQ(image.height, 1);
    EXPECT_EQ(image.channels, 1);
    EXPECT_THAT(image.pixels, ElementsAre(20, 21));
  }
}

TEST_F(IdxFileTest, DamagedFilesAreRefused) {
  EXPECT_EQ(code(kLabels, kLabels), ErrorCode::kBadInput);
  EXPECT_EQ(code(kImages, kImages), ErrorCode::kBadInput);
  EXPECT_EQ(code("", kLabels), ErrorCode::kBadInput);
  EXPECT_EQ(code(kImages.substr(0, 20), kLabels), ErrorCode::kBadInput);
  EXPECT_EQ(code(kImages, kLabels.substr(0, 10)), ErrorCode::kBadInput);
  EXPECT_EQ(code(kImages, "\0\0\x08\x01\0\0\0\x02\x07\0"sv), ErrorCode::kBadInput);
  EXPECT_EQ(code(kImages, kPacked.substr(0, kPacked.size() - 9)), ErrorCode::kBadInput);
  EXPECT_EQ(code("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, kLabels),
            ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { read_idx(folder_ / "missing", write(kLabels)); }), ErrorCode::kNotFound);
}

TEST(IdxSelectionTest, ClassesAreNumbersAndRanges) {
  EXPECT_THAT(parse_classes("0-2,8"), ElementsAre(0, 1, 2, 8));
  EXPECT_THAT(parse_classes("255"), ElementsAre(255));
  for (const char* wrong : {"", "a", "3-1", "1-", "-1", "256", "1;2", "1-2x", "1,,2"}) {
    EXPECT_EQ(code_of([&] { parse_classes(wrong); }), ErrorCode::kUsage) << wrong;
  }
}

TEST(IdxSelectionTest, SkipsAndCountsByClass) {
  const std::vector<std::uint8_t> labels = {1, 2, 1, 1, 2, 3, 1};
  EXPECT_THAT(select_images(labels, {}), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(select_images(labels, {.classes = {{1, 3}}}), ElementsAre(0, 2, 3, 5, 6));
  EXPECT_THAT(select_images(labels, {.skip = 1, .per_class = 2}), ElementsAre(2, 3, 4));
}

}  // namespace
}  // namespace simdb::bench
