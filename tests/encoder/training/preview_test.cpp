#include "encoder/training/preview.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

/// Two images of each class, every pixel different.
LabeledImages pictures(std::size_t classes, int channels) {
  LabeledImages images;
  images.input.width = 8;
  images.input.height = 8;
  images.input.channels = channels;
  for (std::size_t i = 0; i < 2 * classes; ++i) {
    if (i % 2 == 0) images.classes.push_back(std::to_string(i));
    images.labels.push_back(static_cast<int>(i / 2));
    for (std::size_t p = 0; p < images.input.values(); ++p) {
      images.pixels.push_back(static_cast<std::uint8_t>((i * 37 + p * 11) % 256));
    }
  }
  return images;
}

TEST(PreviewTest, FewClassesShareTheDrawOfTheirGroup) {
  const LabeledImages images = pictures(5, 3);
  const auto rows = preview_rows(images, parse_augment("symmetry"), 1, 12, 4);
  ASSERT_EQ(rows.size(), 12U);
  EXPECT_EQ(rows.front().group, 0);
  EXPECT_EQ(rows.back().group, 3);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].variant, rows[i / 3 * 3].variant);
    ASSERT_EQ(rows[i].copies.size(), 4U);
    EXPECT_EQ(rows[i].copies[0].pixels, rows[i].copies[3].pixels);
  }
}

TEST(PreviewTest, ManyClassesAreTurnedOneByOne) {
  const LabeledImages images = pictures(40, 1);
  const auto rows = preview_rows(images, AugmentOptions(), 1);  // auto: glyph
  ASSERT_EQ(rows.size(), 12U);
  std::set<std::string> variants;
  std::set<std::size_t> labels;
  for (const PreviewRow& row : rows) {
    variants.insert(row.variant);
    labels.insert(row.label);
    EXPECT_EQ(row.copies.size(), 6U);
    EXPECT_NE(row.copies[0].pixels, row.copies[1].pixels);
  }
  EXPECT_GT(variants.size(), 1U);
  EXPECT_EQ(labels.size(), 12U);
}

TEST(PreviewTest, WithoutChangesTheCopiesAreTheOriginal) {
  const LabeledImages images = pictures(2, 3);
  for (const PreviewRow& row : preview_rows(images, parse_augment("none"), 1)) {
    EXPECT_EQ(row.variant, "");
    EXPECT_EQ(row.original.channels, 3);
    for (const Image& copy : row.copies) EXPECT_EQ(copy.pixels, row.original.pixels);
  }
}

TEST(PreviewTest, OneClassIsRefused) {
  const LabeledImages images = pictures(1, 1);
  EXPECT_EQ(test::code_of([&] { preview_rows(images, AugmentOptions(), 1); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
