#include "simdb/ingest.h"

#include <gmock/gmock.h>

#include <fstream>

#include "simdb/image_codec.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using testing::HasSubstr;

class IngestTest : public testing::Test {
 protected:
  IngestTest()
      : database_(
            Database::create(folder_ / "db", std::as_bytes(std::span("model")), 16,
                             {.encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
                               return std::make_shared<test::FirstPixelEncoder>(fingerprint);
                             }})) {
    for (const int i : {0, 1}) {
      const auto bytes =
          encode_png(test::solid_image(4, 4, {100, static_cast<std::uint8_t>(100 * i), 0}));
      std::ofstream(picture(i), std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    }
  }
  std::filesystem::path picture(int i) const { return folder_ / (std::to_string(i) + ".png"); }

  IngestReport add(const std::vector<LabeledPath>& files, OnDuplicate on_duplicate,
                   const std::string& key = "") {
    duplicates_.clear();
    IngestReport report;
    ingest(
        database_, list_of(files),
        [&](std::size_t i) { return ImageLabel{.class_name = files[i].class_name, .key = key}; },
        [&](const IngestedRun& run) {
          EXPECT_EQ(run.indices.size(), run.added.size());
          duplicates_.insert(duplicates_.end(), run.duplicates.begin(), run.duplicates.end());
          report.count(run);
          return true;
        },
        on_duplicate);
    return report;
  }

  test::TemporaryFolder folder_;
  Database database_;
  std::vector<DuplicateImage> duplicates_;
};

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

}  // namespace
}  // namespace simdb
