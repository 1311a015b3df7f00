#include "encoder/training/view_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::training {
namespace {

class ViewFeaturesTest : public ::testing::Test {
 protected:
  LabeledImages images(std::size_t count) const {
    LabeledImages images;
    images.input = recipe_.input;
    images.classes = {"a", "b"};
    for (std::size_t i = 0; i < count; ++i) {
      const Image image =
          test::noise_image(images.input.width, images.input.height, 3, static_cast<unsigned>(i));
      images.pixels.insert(images.pixels.end(), image.pixels.begin(), image.pixels.end());
      images.labels.push_back(static_cast<int>(i % 2));
    }
    return images;
  }
  FeatureCache cache() const { return {folder_ / "cache", backbone_.key(), backbone_.dimension()}; }

  test::TemporaryFolder folder_;
  test::BackboneRecipe recipe_;
  BackboneFeatures backbone_{read_backbone(test::make_backbone(), "net.onnx", recipe_.input)};
};

TEST_F(ViewFeaturesTest, TheFirstViewIsTheImageAsItIs) {
  LabeledImages set = images(70);  // more than one chunk
  FeatureCache found = cache();
  std::size_t last = 0;
  ASSERT_TRUE(compute_features(set, backbone_, found, choose_views(2, parse_augment("light"), set),
                               [&](std::size_t done, std::size_t total) {
                                 EXPECT_GT(done, last);
                                 EXPECT_EQ(total, 140U);
                                 last = done;
                                 return true;
                               }));
  EXPECT_EQ(last, 140U);
  const ViewFeatures& features = set.features;
  EXPECT_EQ(features.views, 2U);
  EXPECT_EQ(features.width, 8U);
  ASSERT_EQ(features.values.size(), 70U * 2 * 8);
  const std::vector<float> expected = backbone_.compute(set.pixels);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto plain = std::span(features.values).subspan(2 * i * 8, 8);
    const auto other = std::span(features.values).subspan((2 * i + 1) * 8, 8);
    for (std::size_t f = 0; f < 8; ++f) EXPECT_NEAR(plain[f], expected[i * 8 + f], 1e-5);
    EXPECT_FALSE(std::ranges::equal(plain, other)) << i;
  }
}

TEST_F(ViewFeaturesTest, AViewDoesNotDependOnTheOtherImages) {
  const auto last_row = [&](std::size_t first) {
    LabeledImages set = images(5);
    set.pixels.erase(set.pixels.begin(),
                     set.pixels.begin() + static_cast<std::ptrdiff_t>(first * set.input.values()));
    set.labels.resize(5 - first);
    FeatureCache empty = cache();
    compute_features(set, backbone_, empty, choose_views(3, parse_augment("affine,noise"), set));
    return std::vector<float>(set.features.values.end() - 24, set.features.values.end());
  };
  const std::vector<float> all = last_row(0);
  const std::vector<float> fewer = last_row(3);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], fewer[i], 1e-5);
}

TEST_F(ViewFeaturesTest, ASecondTimeEverythingComesFromTheCache) {
  LabeledImages set = images(5);
  const ViewOptions views = choose_views(3, parse_augment("affine"), set);
  FeatureCache found = cache();
  compute_features(set, backbone_, found, views);
  EXPECT_EQ(found.size(), 15U);
  found.save();
  FeatureCache again = cache();
  LabeledImages other = images(5);
  compute_features(other, backbone_, again, views);
  EXPECT_EQ(again.size(), 15U);
  EXPECT_EQ(other.features.values, set.features.values);
}

TEST_F(ViewFeaturesTest, StoppingKeepsWhatWasFound) {
  LabeledImages set = images(70);
  FeatureCache found = cache();
  EXPECT_FALSE(compute_features(set, backbone_, found, {1, parse_augment("none")},
                                [](std::size_t, std::size_t) { return false; }));
  EXPECT_TRUE(set.features.values.empty());
  EXPECT_EQ(found.size(), 64U);
}

TEST_F(ViewFeaturesTest, NothingMakesClasses) {
  const LabeledImages set = images(4);
  const ViewOptions views = choose_views(2, parse_augment("affine,colors,symmetry,mirror"), set);
  EXPECT_EQ(to_string(views.augment), "affine");
  EXPECT_EQ(to_string(choose_views(1, parse_augment("affine"), set).augment), "none");
  EXPECT_FALSE(choose_views(2, {}, set).augment.automatic);
}

TEST_F(ViewFeaturesTest, RefusesImagesOfAnotherInput) {
  LabeledImages set = images(2);
  set.input.mean = {0.5F, 0.5F, 0.5F};
  FeatureCache found = cache();
  EXPECT_EQ(test::code_of([&] { compute_features(set, backbone_, found, {}); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::training
