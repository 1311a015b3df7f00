#include "encoder/training/labeled_images.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/file_io.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::training {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::solid_image;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LabeledImagesTest : public ::testing::Test {
 protected:
  LabeledImagesTest() {
    options_.input.width = 4;
    options_.input.height = 4;
  }

  void write_image(const fs::path& name, const Image& image) const {
    fs::create_directories((folder_ / name).parent_path());
    write_file_atomic(folder_ / name, encode_png(image));
  }
  void write_text(const fs::path& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    write_file_atomic(folder_ / name, text);
  }

  LabeledImages load() {
    skipped_.clear();
    return load_labeled_images(folder_.path(), options_,
                               [&](const fs::path& path, const std::string& reason) {
                                 skipped_.emplace_back(path.filename().string(), reason);
                               });
  }

  test::TemporaryFolder folder_;
  LoadOptions options_;
  std::vector<std::pair<std::string, std::string>> skipped_;
  const Image red_ = solid_image(6, 6, {255, 0, 0});
  const Image grey_ = solid_image(6, 6, {90, 90, 90});
};

TEST_F(LabeledImagesTest, SubFoldersAreClassesInOrderAndImagesAreFitted) {
  write_image("b/1.png", red_);
  write_image("b/deep/er/2.png", red_);
  write_image("a/1.png", grey_);
  write_image("a/2.png", grey_);
  write_text("a/notes.txt", "no image");
  const LabeledImages images = load();
  EXPECT_THAT(images.classes, ElementsAre("a", "b"));
  EXPECT_THAT(images.labels, ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(images.input.channels, 3);
  const auto pixels = images.image(3);
  EXPECT_EQ(std::vector(pixels.begin(), pixels.end()), fit_to_input(red_, images.input).pixels);
  EXPECT_TRUE(skipped_.empty());
}

TEST_F(LabeledImagesTest, ManyClassesOfLargeColouredImagesAreDetailed) {
  const auto found = [&](int classes, const Image& image) {
    fs::remove_all(folder_ / "set");
    for (int i = 0; i < classes; ++i) write_image(fmt::format("set/{:02}/1.png", i), image);
    return are_detailed(find_class_folders(folder_ / "set"));
  };
  const Image large = solid_image(30, 48, {255, 0, 0});
  EXPECT_TRUE(found(21, large));
  EXPECT_FALSE(found(20, large));
  EXPECT_FALSE(found(21, solid_image(47, 30, {255, 0, 0})));
  EXPECT_FALSE(found(21, solid_image(48, 48, {90, 90, 90})));
  write_text("set/00/1.png", "damaged");
  EXPECT_FALSE(are_detailed(find_class_folders(folder_ / "set")));
}

TEST_F(LabeledImagesTest, SideAndResizeRuleAreChosenOnlyIfAsked) {
  for (int i = 0; i < 30; ++i) {
    for (const char* file : {"1.png", "2.png"}) {
      write_image(fs::path(fmt::format("{:02}", i)) / file, solid_image(50, 50, {0, 200, 0}));
    }
  }
  EXPECT_EQ(load().input.width, 4);
  EXPECT_EQ(load().input.resize, ResizeRule::kFit);
  options_.choose_side = true;
  const LabeledImages images = load();
  EXPECT_EQ(images.input.width, 48);
  EXPECT_EQ(images.input.height, 48);
  EXPECT_EQ(images.pixels.size(), 60U * 48 * 48 * 3);
  options_.choose_side = false;
  options_.choose_resize = true;
  EXPECT_EQ(load().input.resize, ResizeRule::kTrim);
  EXPECT_EQ(load().input.width, 4);
  fs::remove_all(folder_ / "00");
  for (int i = 1; i < 10; ++i) fs::remove_all(folder_ / fmt::format("{:02}", i));
  options_.input.resize = ResizeRule::kStretch;
  EXPECT_EQ(load().input.resize, ResizeRule::kFit) << "20 classes";
}

TEST_F(LabeledImagesTest, GreyDataGivesOneChannelAsTheQueryWillSeeIt) {
  const Image noise = test::noise_image(9, 5, 1, 3);
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) write_image(name, noise);
  const LabeledImages images = load();
  ASSERT_EQ(images.input.channels, 1);
  EXPECT_EQ(images.pixels.size(), 4U * 16);
  const auto pixels = images.image(0);
  EXPECT_EQ(std::vector(pixels.begin(), pixels.end()), fit_to_input(noise, images.input).pixels);
  EXPECT_FALSE(has_color(images));
}

TEST_F(LabeledImagesTest, TheChannelsCanBeFixed) {
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) write_image(name, grey_);
  options_.choose_channels = false;
  EXPECT_EQ(load().input.channels, 3);
  options_.input.channels = 1;
  EXPECT_EQ(load().input.channels, 1);
}

TEST_F(LabeledImagesTest, NestedFoldersGiveClassesWithParents) {
  for (const char* name : {"Greek/alpha/1.png", "Greek/alpha/2.png", "Greek/beta/1.png",
                           "Greek/beta/2.png", "Latin/a/1.png", "Latin/a/2.png"}) {
    write_image(name, red_);
  }
  write_text("Greek/almost/1.png", "no picture");
  const LabeledImages images = load();
  EXPECT_THAT(images.classes, ElementsAre("Greek/alpha", "Greek/beta", "Latin/a"));
  EXPECT_THAT(images.parents, ElementsAre(0, 0, 1));
  options_.level = ClassLevel::kTop;
  const LabeledImages top = load();
  EXPECT_THAT(top.classes, ElementsAre("Greek", "Latin"));
  EXPECT_THAT(top.parents, ElementsAre(0, 0));
}

TEST_F(LabeledImagesTest, DamagedImagesAndEmptyFoldersAreNamedAndLeftOut) {
  for (const char* name : {"a/1.png", "a/2.png", "c/1.png", "c/2.png"}) write_image(name, red_);
  write_text("a/broken.png", "not a picture");
  fs::create_directories(folder_ / "b");
  fs::create_directories(folder_ / ".cache");
  const LabeledImages images = load();
  EXPECT_THAT(images.classes, ElementsAre("a", "c"));
  EXPECT_THAT(images.labels, ElementsAre(0, 0, 1, 1));
  ASSERT_EQ(skipped_.size(), 2U);
  EXPECT_EQ(skipped_[0].first, "broken.png");
  EXPECT_THAT(skipped_[0].second, HasSubstr("broken.png"));
  EXPECT_EQ(skipped_[1].first, "b");
}

TEST_F(LabeledImagesTest, AClassWithOneImageIsNamedWithTheRemedy) {
  for (const char* name : {"a/1.png", "b/1.png", "b/2.png"}) write_image(name, red_);
  const Error error = error_of([&] { load(); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("'a'"), HasSubstr("add images")));
  options_.min_images = 1;
  EXPECT_EQ(load().size(), 3U);
}

TEST_F(LabeledImagesTest, OneClassOrNoneCanNotBeTrainedOn) {
  EXPECT_THAT(error_of([&] { load(); }).what(), HasSubstr("no sub-folder"));
  write_image("loose.png", red_);
  EXPECT_THAT(error_of([&] { load(); }).what(), HasSubstr("no sub-folder"));
  write_image("only/1.png", red_);
  write_image("only/2.png", red_);
  const Error error = error_of([&] { load(); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("one class only ('only')"));
}

TEST_F(LabeledImagesTest, AMissingFolderAndAFileAreTold) {
  const auto code = [&](const char* name) {
    return error_of([&] { load_labeled_images(folder_ / name, options_); }).code();
  };
  write_text("file", "text");
  EXPECT_EQ(code("nowhere"), ErrorCode::kNotFound);
  EXPECT_EQ(code("file"), ErrorCode::kBadInput);
}

TEST_F(LabeledImagesTest, ReadingStopsWhenAsked) {
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) write_image(name, red_);
  std::size_t seen = 0;
  const LabeledImages images =
      load_labeled_images(folder_.path(), options_, {}, [&](std::size_t done, std::size_t total) {
        EXPECT_EQ(total, 4U);
        return (seen = done) < 3;
      });
  EXPECT_EQ(seen, 3U);
  EXPECT_EQ(images.size(), 3U);
}

TEST_F(LabeledImagesTest, WhatWasNotReadToItsEndIsNotAccused) {
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) write_image(name, red_);
  options_.threads = 4;
  for (int i = 0; i < 100; ++i) {
    EXPECT_NO_THROW(load_labeled_images(
        folder_.path(), options_,
        [](const fs::path& path, const std::string&) { ADD_FAILURE() << path; },
        [](std::size_t, std::size_t) { return false; }));
  }
}

TEST_F(LabeledImagesTest, AnyNumberOfThreadsGivesTheSameInTheSameOrder) {
  options_.input.width = options_.input.height = 8;
  for (unsigned i = 0; i < 400; ++i) {
    const std::string name = fmt::format("{}/{:03}.png", "abcd"[i % 4], i);
    if (i % 37 == 5) {
      write_text(name, "damaged");
    } else {
      write_image(name, test::noise_image(20 + static_cast<int>(i % 50), 30, 3, i));
    }
  }
  options_.threads = 1;
  const LabeledImages one = load();
  const auto skipped = skipped_;
  ASSERT_EQ(skipped.size(), 11U);
  for (const std::size_t threads : {2, 5}) {
    options_.threads = threads;
    const LabeledImages many = load();
    EXPECT_EQ(many.pixels, one.pixels);
    EXPECT_EQ(many.labels, one.labels);
    EXPECT_EQ(many.classes, one.classes);
    EXPECT_EQ(skipped_, skipped);
  }
}

TEST_F(LabeledImagesTest, MoreThanTheMemoryHoldsIsRefusedBeforeReading) {
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) write_image(name, red_);
  options_.max_bytes = 4 * 48;
  EXPECT_EQ(load().size(), 4U);
  --options_.max_bytes;
  const Error error = error_of([&] { load(); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), HasSubstr("--size"));
}

TEST_F(LabeledImagesTest, AFewColouredPicturesMakeColour) {
  LabeledImages images;
  images.input = options_.input;
  const auto add = [&](const Image& image, int count) {
    const auto pixels = fit_to_input(image, images.input).pixels;
    for (int i = 0; i < count; ++i) {
      images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
      images.labels.push_back(0);
    }
  };
  add(solid_image(4, 4, {100, 110, 105}), 39);  // the tint of a scan
  EXPECT_FALSE(has_color(images));
  add(red_, 1);
  EXPECT_FALSE(has_color(images));
  add(red_, 2);
  EXPECT_TRUE(has_color(images));
}

}  // namespace
}  // namespace simdb::training
