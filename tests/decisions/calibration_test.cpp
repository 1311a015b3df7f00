#include "simdb/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/random_order.h"
#include "tests/decisions/calibration_bytes.h"
#include "tests/decisions/galleries.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::bytes_of;
using test::OpenGallery;

TEST(CalibrationTest, FollowsRandomChangesBitForBit) {
  std::mt19937_64 random(7);
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    OpenGallery gallery;
    const CalibrationChoices choices{.group_by = seed % 2 == 0 ? "film" : ""};
    gallery.add("a", test::random_embeddings(5, 16, seed));
    Calibration kept = Calibration::compute(*gallery, choices);
    std::vector<ItemId> ids;
    for (std::uint64_t step = 0; step < 40; ++step) {
      const std::string name(1, static_cast<char>('a' + random() % 4));
      switch (random() % 6) {
        default: {
          const auto more =
              gallery.add(name, test::corner_embeddings(1 + random() % 6, seed * 100 + step));
          ids.insert(ids.end(), more.begin(), more.end());
          break;
        }
        case 3:
          if (!ids.empty()) gallery->remove(std::vector{ids[random() % ids.size()]});
          break;
        case 4:
          if (!ids.empty()) {
            ItemChange change{.class_name = name};
            if (random() % 2 == 0) change = {.set = {{"film", double(random() % 3)}}};
            gallery->update(std::vector{ids[random() % ids.size()]}, change);
          }
          break;
        case 5:
          if (random() % 4 == 0) gallery->remove_class(name);
          if (random() % 4 == 0) gallery->rename_class(name, "b");
          break;
      }
      if (random() % 2 == 0) continue;  // several changes at a time too
      kept.refresh(*gallery);
      ASSERT_EQ(bytes_of(kept), bytes_of(Calibration::compute(*gallery, choices)))
          << "seed " << seed << ", step " << step;
      EXPECT_FALSE(kept.refresh(*gallery));
    }
  }
}

TEST(CalibrationTest, IsComputedAnewWhereTheGalleryHasForgottenOrIsAnother) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(30, 16, 1));
  Calibration kept = Calibration::compute(*gallery);
  OpenGallery other;
  other.add("b", test::random_embeddings(20, 16, 2));
  EXPECT_TRUE(kept.refresh(*other));
  EXPECT_EQ(bytes_of(kept), bytes_of(Calibration::compute(*other)));
}

// As with Ctrl-C in the middle.
TEST(CalibrationTest, LetsOutWhatTheCheckThrows) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(3, 16, 1));
  EXPECT_EQ(test::code_of([&] {
              Calibration::compute(*gallery, {}, std::nullopt, {},
                                   [] { throw Error(ErrorCode::kBusy, "stop"); });
            }),
            ErrorCode::kBusy);
}

TEST(CalibrationTest, RefusesHeldOutImagesOfAnotherDimension) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(3, 16, 1));
  EXPECT_EQ(test::code_of([&] {
              Calibration::compute(*gallery, {},
                                   HeldOutImages{test::random_embeddings(1, 8, 1), {"a"}});
            }),
            ErrorCode::kUsage);
}

TEST(CalibrationTest, GroupsByFolder) {
  OpenGallery gallery;  // all of these lie in /images
  gallery.add("a", test::random_embeddings(40, 16, 1));
  const auto classes = [&](const CalibrationChoices& choices) {
    return AnswerSets(Calibration::compute(*gallery, choices), 0.05).classes();
  };
  EXPECT_EQ(classes({}).by_items, 1U);
  EXPECT_EQ(classes({.group_by_folder = true}).uncalibrated, 1U);
}

TEST(CalibrationTest, ImagesThatTheEncoderWasTrainedOnDoNotCalibrate) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(40, 16, 1));
  const auto trained_on_even = [](const Sha256& digest) { return digest[0] % 2 == 0; };
  const Calibration half = Calibration::compute(*gallery, {}, std::nullopt, trained_on_even);
  EXPECT_EQ(AnswerSets(half, 0.05).classes().uncalibrated, 1U);
  EXPECT_EQ(AnswerSets(half, 0.1).classes().by_items, 1U);
}

TEST(CalibrationTest, HeldOutImagesReplaceTheItemsOfTheirClass) {
  OpenGallery gallery;
  gallery.add("a", test::random_embeddings(40, 16, 1));
  gallery.add("b", test::random_embeddings(40, 16, 2));
  HeldOutImages held_out{test::random_embeddings(20, 16, 3), std::vector<std::string>(20, "a")};
  Calibration kept = Calibration::compute(*gallery, {}, held_out);
  const CalibratedClasses classes = AnswerSets(kept, 0.05).classes();
  EXPECT_EQ(classes.by_held_out, 1U);
  EXPECT_EQ(classes.by_items, 1U);
  gallery.add("a", test::random_embeddings(10, 16, 4));
  kept.refresh(*gallery);
  EXPECT_EQ(bytes_of(kept), bytes_of(Calibration::compute(*gallery, {}, held_out)));
  EXPECT_EQ(bytes_of(kept.without_held_out()), bytes_of(Calibration::compute(*gallery)));
}

}  // namespace
}  // namespace simdb
