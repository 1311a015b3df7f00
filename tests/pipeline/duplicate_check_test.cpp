// The encoder of these tests sees only the first pixel, so that pictures which differ elsewhere
// have the same embedding.
#include "pipeline/duplicate_check.h"

#include <gmock/gmock.h>

#include "tests/pipeline/ingest_fixture.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using testing::HasSubstr;

class DuplicateCheckTest : public test::IngestTest {
 protected:
  // Another file with the same pixels for each `comment`.
  std::filesystem::path saved(const std::string& name, const Image& image,
                              const std::string& comment = "") const {
    const auto png = encode_png(image);
    if (comment.empty()) return write(name, png);
    std::string text("Comment\0", 8);
    return write(name, test::with_png_chunk(png, "tEXt", test::to_bytes(text + comment)));
  }

  static Image changed(Image image) {
    image.pixels.back() ^= 1;
    return image;
  }

  std::uint64_t items() const { return database_.gallery().stats().items; }

  const Image small_ = test::natural_image(20, 1);
  const Image large_ = test::natural_image(200, 2);
};

TEST_F(DuplicateCheckTest, InItsClassAnotherFileWithThePixelsOfAnItemIsLeftOutAndTold) {
  for (const Image& image : {small_, large_}) {
    const std::string class_name = std::to_string(image.width);
    const ItemId first{items() + 1};
    ASSERT_EQ(add({{saved("a.png", image), class_name}}, OnDuplicate::kWarn).added, 1U);
    for (const auto mode : {OnDuplicate::kWarn, OnDuplicate::kSkip, OnDuplicate::kRefuse}) {
      const IngestReport report = add({{saved("b.png", image, "b"), class_name}}, mode);
      EXPECT_EQ(report.added, 0U);
      EXPECT_EQ(report.left_out, 1U);
      EXPECT_TRUE(report.failures.empty());
      ASSERT_EQ(duplicates_.size(), 1U);
      EXPECT_EQ(duplicates_[0].index, 0U);
      EXPECT_EQ(duplicates_[0].item, first);
      EXPECT_EQ(duplicates_[0].class_name, class_name);
      EXPECT_FALSE(duplicates_[0].is_same_file);
      EXPECT_TRUE(duplicates_[0].is_left_out);
    }
    EXPECT_EQ(add({{folder_ / "b.png", class_name}}, OnDuplicate::kAdd).added, 1U);
    EXPECT_TRUE(duplicates_.empty());
  }
}

TEST_F(DuplicateCheckTest, OfAnotherClassItIsTreatedAsTheSameFile) {
  add({{saved("a.png", large_), "a"}}, OnDuplicate::kWarn);
  const std::vector<LabeledPath> copy{{saved("b.png", large_, "b"), "b"}};
  const IngestReport refused = add(copy, OnDuplicate::kRefuse);
  ASSERT_EQ(refused.failures.size(), 1U);
  EXPECT_THAT(refused.failures[0].message, HasSubstr("it has the pixels of item 1 of class 'a'"));
  EXPECT_EQ(add(copy, OnDuplicate::kSkip).left_out, 1U);
  EXPECT_EQ(items(), 1U);
  EXPECT_EQ(add(copy, OnDuplicate::kWarn).added, 1U);
  ASSERT_EQ(duplicates_.size(), 1U);
  EXPECT_EQ(duplicates_[0].item, ItemId{1});
  EXPECT_FALSE(duplicates_[0].is_same_file);
  EXPECT_FALSE(duplicates_[0].is_left_out);
}

TEST_F(DuplicateCheckTest, WhatIsThereIsNotToldAgain) {
  const auto file = saved("a.png", small_);
  const auto copy = saved("b.png", small_, "b");
  add({{file, "a"}, {copy, "b"}, {file, "b"}}, OnDuplicate::kAdd);
  ASSERT_EQ(items(), 3U);
  const IngestReport report = add({{copy, "b"}, {file, "b"}, {file, "a"}}, OnDuplicate::kRefuse);
  EXPECT_EQ(report.existing, 3U);
  EXPECT_TRUE(duplicates_.empty());
}

TEST_F(DuplicateCheckTest, ImagesOfOneCallAreCompared) {
  const IngestReport report = add({{saved("a.png", large_), "a"},
                                   {saved("b.png", large_, "b"), "a"},
                                   {saved("c.png", large_, "c"), "c"},
                                   {saved("d.png", changed(large_)), "a"}},
                                  OnDuplicate::kWarn);
  EXPECT_EQ(report.added, 3U);
  EXPECT_EQ(report.left_out, 1U);
  ASSERT_EQ(duplicates_.size(), 2U);
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(duplicates_[i].index, i + 1);
    EXPECT_EQ(duplicates_[i].item, ItemId{1});
    EXPECT_EQ(duplicates_[i].class_name, "a");
    EXPECT_EQ(duplicates_[i].is_left_out, i == 0);
  }
}

TEST_F(DuplicateCheckTest, OtherFormatsThatLoseNothingHaveTheSamePixels) {
  const Image grey = test::noise_image(9, 7, 1, 1);
  Image colours{9, 7, 3, {}};
  Image opaque{9, 7, 4, {}};
  for (const std::uint8_t value : grey.pixels) {
    colours.pixels.insert(colours.pixels.end(), {value, value, value});
    opaque.pixels.insert(opaque.pixels.end(), {value, value, value, 255});
  }
  add({{saved("a.png", colours), "a"}}, OnDuplicate::kWarn);
  for (const auto& file :
       {write("a.bmp", test::encode_as(colours, ".bmp")),
        write("a.webp", test::encode_as(colours, ".webp")), saved("opaque.png", opaque)}) {
    EXPECT_EQ(add({{file, "a"}}, OnDuplicate::kWarn).left_out, 1U) << file;
  }
  EXPECT_EQ(items(), 1U);
}

TEST_F(DuplicateCheckTest, APixelThatTheEncoderDoesNotSeeMakesAnotherPicture) {
  for (const Image& image : {small_, large_}) {
    const auto file = saved("a.png", image);
    add({{file, "a"}}, OnDuplicate::kWarn);
    EXPECT_EQ(add({{saved("b.png", changed(image)), "a"}}, OnDuplicate::kSkip).added, 1U);
    EXPECT_TRUE(duplicates_.empty());
  }
  // Of a small picture the thumbnail is its file.
  std::filesystem::remove(folder_ / "a.png");
  add({{saved("c.png", small_, "c"), "c"}}, OnDuplicate::kWarn);
  EXPECT_EQ(duplicates_.size(), 1U);
}

TEST_F(DuplicateCheckTest, WhereTheFileIsGoneThumbnailsDecide) {
  add({{saved("a.png", large_), "a"}}, OnDuplicate::kWarn);
  std::filesystem::remove(folder_ / "a.png");
  EXPECT_EQ(add({{saved("b.png", large_, "b"), "a"}}, OnDuplicate::kWarn).left_out, 1U);
  Image other = large_;
  for (std::size_t i = other.pixels.size() / 2; i < other.pixels.size(); ++i) other.pixels[i] ^= 64;
  EXPECT_EQ(add({{saved("c.png", other), "a"}}, OnDuplicate::kWarn).added, 1U);
}

TEST_F(DuplicateCheckTest, AFileThatIsKeptTellsAsItsSourceDoes) {
  keep_images(database_.gallery(), 1U << 20);
  add({{saved("a.png", large_), "a"}}, OnDuplicate::kWarn);
  saved("a.png", changed(large_));  // its source is another picture now
  EXPECT_EQ(add({{folder_ / "a.png", "a"}}, OnDuplicate::kWarn).added, 1U);
  EXPECT_EQ(add({{saved("b.png", large_, "b"), "a"}}, OnDuplicate::kWarn).left_out, 1U);
  EXPECT_EQ(duplicates_.at(0).item, ItemId{1});
}

TEST_F(DuplicateCheckTest, AnImageWithAKeyIsToldByItsKeyAlone) {
  add({{saved("a.png", small_), "a"}}, OnDuplicate::kWarn, "one");
  EXPECT_EQ(add({{saved("b.png", small_, "b"), "a"}}, OnDuplicate::kRefuse, "two").added, 1U);
  EXPECT_TRUE(duplicates_.empty());
  // It takes the place of item 1.
  EXPECT_EQ(add({{saved("c.png", small_, "c"), "b"}}, OnDuplicate::kRefuse, "one").failures.size(),
            1U)
      << "item 2 is still in class 'a'";
  EXPECT_EQ(add({{folder_ / "c.png", "b"}}, OnDuplicate::kWarn, "two").added, 1U);
  ASSERT_EQ(duplicates_.size(), 1U);
  EXPECT_EQ(duplicates_[0].item, ItemId{1});
}

TEST_F(DuplicateCheckTest, AnItemThatIsReplacedInTheSameCallIsNone) {
  add({{saved("a.png", small_), "a"}}, OnDuplicate::kWarn, "one");
  const std::vector<LabeledPath> files{{saved("b.png", small_, "b"), "a"},
                                       {saved("c.png", changed(small_)), "a"}};
  const auto label_of = [&](std::size_t i) {
    return ImageLabel{.class_name = "a", .key = i == 1 ? "one" : ""};
  };
  const IngestReport report = ingest(
      database_, list_of(files), label_of, [](const IngestedRun&) { return true; },
      OnDuplicate::kWarn);
  EXPECT_EQ(report.added, 2U);
  EXPECT_EQ(items(), 2U);
}

TEST_F(DuplicateCheckTest, ATrialTellsTheSame) {
  add({{saved("a.png", large_), "a"}}, OnDuplicate::kWarn);
  const std::vector<LabeledPath> files{{saved("b.png", large_, "b"), "a"},
                                       {saved("c.png", small_), "b"},
                                       {saved("d.png", small_, "d"), "b"},
                                       {saved("e.png", large_, "e"), "b"}};
  PendingImages pending(16);
  std::vector<DuplicateImage> told;
  const IngestReport tried = try_ingest(
      database_, list_of(files), [&](std::size_t i) { return ImageLabel{files[i].class_name}; },
      [&](const IngestedRun& run) {
        told.insert(told.end(), run.duplicates.begin(), run.duplicates.end());
        return true;
      },
      pending, OnDuplicate::kWarn);
  const IngestReport report = add(files, OnDuplicate::kWarn);
  EXPECT_EQ(tried.added, report.added);
  EXPECT_EQ(tried.left_out, report.left_out);
  EXPECT_EQ(report.left_out, 2U);
  ASSERT_EQ(told.size(), 3U);
  ASSERT_EQ(duplicates_.size(), 3U);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].index, duplicates_[i].index);
    EXPECT_EQ(told[i].is_left_out, duplicates_[i].is_left_out);
  }
  EXPECT_EQ(told[1].item, std::nullopt);
  EXPECT_EQ(told[1].image, 1U);
  EXPECT_EQ(duplicates_[1].item, ItemId{2});
}

}  // namespace
}  // namespace simdb
