#include "simdb/ingest.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/file_io.h"
#include "simdb/image_codec.h"
#include "tests/pipeline/ingest_fixture.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb {
namespace {

using testing::HasSubstr;
using IngestTest = test::IngestTest;

TEST_F(IngestTest, AFileOfAnotherClassIsAddedAndTold) {
  ASSERT_EQ(add({{picture(0), "a"}}, OnDuplicate::kWarn).added, 1U);
  EXPECT_TRUE(duplicates_.empty());
  const IngestReport report = add({{picture(1), "b"}, {picture(0), "b"}}, OnDuplicate::kWarn);
  EXPECT_EQ(report.added, 2U);
  ASSERT_EQ(duplicates_.size(), 1U);
  EXPECT_EQ(duplicates_[0].index, 1U);
  EXPECT_EQ(duplicates_[0].item, ItemId{1});
  EXPECT_EQ(duplicates_[0].class_name, "a");
  EXPECT_FALSE(duplicates_[0].is_left_out);
  add({{picture(0), "c"}}, OnDuplicate::kAdd);
  EXPECT_TRUE(duplicates_.empty());
  EXPECT_EQ(database_.gallery().stats().items, 4U);
}

TEST_F(IngestTest, AFileOfAnotherClassIsLeftOut) {
  add({{picture(0), "a"}}, OnDuplicate::kSkip);
  const IngestReport report = add({{picture(0), "b"}, {picture(1), "b"}}, OnDuplicate::kSkip);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.left_out, 1U);
  ASSERT_EQ(duplicates_.size(), 1U);
  EXPECT_TRUE(duplicates_[0].is_left_out);
  EXPECT_EQ(add({{picture(0), "b"}}, OnDuplicate::kSkip).left_out, 1U);
  EXPECT_EQ(database_.gallery().class_size("b"), 1U);
}

TEST_F(IngestTest, AFileOfAnotherClassIsRefusedAndTheOthersAreAdded) {
  add({{picture(0), "a"}}, OnDuplicate::kRefuse);
  const IngestReport report = add({{picture(0), "b"}, {picture(1), "b"}}, OnDuplicate::kRefuse);
  EXPECT_EQ(report.added, 1U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].code, ErrorCode::kBadInput);
  EXPECT_THAT(report.failures[0].message, HasSubstr("the same file is item 1 of class 'a'"));
}

TEST_F(IngestTest, ImagesOfOneCallAreComparedToo) {
  const IngestReport report = add({{picture(0), "a"}, {picture(0), "b"}}, OnDuplicate::kSkip);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.left_out, 1U);
  EXPECT_EQ(database_.gallery().class_size("a"), 1U);
}

TEST_F(IngestTest, TheSameClassAndTheSameKeyAreNoDuplicates) {
  add({{picture(0), "a"}}, OnDuplicate::kRefuse, "k");
  EXPECT_EQ(add({{picture(0), "a"}}, OnDuplicate::kRefuse).failures.size(), 0U);
  const IngestReport moved = add({{picture(0), "b"}}, OnDuplicate::kRefuse, "k");
  EXPECT_TRUE(moved.failures.empty());
  EXPECT_EQ(moved.updated, 1U);
  EXPECT_EQ(database_.gallery().get(ItemId{1})->info.class_name, "b");
}

TEST_F(IngestTest, FilesAreKeptWhereTheGalleryIsToldTo) {
  const auto digest = [&](int i) { return identify_image(picture(i)).digest; };
  Gallery& gallery = database_.gallery();
  add({{picture(0), "a"}}, OnDuplicate::kAdd);
  EXPECT_EQ(gallery.kept_images(), KeptImages{});
  EXPECT_EQ(max_kept_image_bytes(gallery), 0U);

  keep_images(gallery, 1000);
  EXPECT_EQ(max_kept_image_bytes(gallery), 1000U);
  add({{picture(1), "a"}, {picture(1), "b"}}, OnDuplicate::kAdd);
  EXPECT_EQ(gallery.kept_images().images, 1U);
  EXPECT_EQ(gallery.image(digest(1)), read_file(picture(1), 1000));
  add({{picture(0), "a"}}, OnDuplicate::kAdd);  // an item of before gets its file
  EXPECT_EQ(gallery.image(digest(0)), read_file(picture(0), 1000));
  EXPECT_TRUE(too_large_.empty());

  keep_images(gallery, 0);
  EXPECT_EQ(max_kept_image_bytes(gallery), 0U);
  EXPECT_EQ(gallery.kept_images().images, 2U);
  EXPECT_EQ(test::code_of([&] { keep_images(gallery, kMaxKeptImageBytes + 1); }),
            ErrorCode::kUsage);
  gallery.set_setting("keep_images", "many");
  EXPECT_EQ(test::code_of([&] { max_kept_image_bytes(gallery); }), ErrorCode::kCorruption);
}

TEST_F(IngestTest, AFileThatIsTooLargeIsAddedAndNotKept) {
  keep_images(database_.gallery(), std::filesystem::file_size(picture(0)) - 1);
  const IngestReport report = add({{picture(0), "a"}}, OnDuplicate::kAdd);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(too_large_, std::vector<std::size_t>{0});
  EXPECT_EQ(database_.gallery().kept_images(), KeptImages{});
}

TEST_F(IngestTest, AFileThatChangesBeforeItsCommitIsAFailure) {
  keep_images(database_.gallery(), 1000);
  const std::vector<std::filesystem::path> files{picture(0), picture(1)};
  ImageList list = list_of(files);
  list.bytes = [&](std::size_t i, std::uint64_t max) {
    return list_of(files).bytes(i == 0 ? 1 : i, max);
  };
  const IngestReport report = ingest(
      database_, list, [](std::size_t) { return ImageLabel{"a"}; },
      [](const IngestedRun&) { return true; });
  EXPECT_EQ(report.added, 1U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].index, 0U);
  EXPECT_THAT(report.failures[0].message, HasSubstr("it was changed meanwhile"));
  EXPECT_EQ(database_.gallery().kept_images().images, 1U);
}

// What a step holds in memory is bounded.
TEST_F(IngestTest, ManyLargeFilesAreCommittedInSeveralSteps) {
  keep_images(database_.gallery(), kMaxKeptImageBytes);
  constexpr std::size_t kImages = 7;
  std::vector<LabeledPath> files;
  for (std::size_t i = 0; i < kImages; ++i) {
    files.push_back({folder_ / ("large" + std::to_string(i) + ".png"), "a"});
    std::filesystem::copy_file(picture(0), files.back().path);
    // Bytes behind the end of a picture are no part of it.
    std::ofstream(files.back().path, std::ios::binary | std::ios::app)
        << std::string(3U << 20, static_cast<char>('a' + i));
  }
  const IngestReport report = add(files, OnDuplicate::kAdd);
  EXPECT_EQ(report.added, kImages);
  EXPECT_GE(commits_, 3U);
  EXPECT_EQ(end_, kImages);
  EXPECT_EQ(database_.gallery().kept_images().images, kImages);
  EXPECT_GT(database_.gallery().kept_images().bytes, kImages * (3U << 20));
  EXPECT_TRUE(database_.verify().problems.empty());
}

}  // namespace
}  // namespace simdb
