#include "simdb/class_effect.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

using testing::FloatNear;
using testing::IsEmpty;

float cosine(double degrees) {
  return static_cast<float>(std::cos(degrees * 3.14159265358979 / 180));
}

class ClassEffectTest : public testing::Test {
 protected:
  ItemId add(const std::string& class_name, double angle, std::uint8_t file = 0) {
    NewItem item{.info = {.class_name = class_name}, .thumbnail = {}};
    item.info.digest.fill(file);
    return gallery_.add(std::span(&item, 1), test::at_degrees({angle})).front().id;
  }
  void pend(const std::string& class_name, double angle, std::uint8_t file = 0) {
    pending_.embeddings.append(test::at_degrees({angle}));
    pending_.class_names.push_back(class_name);
    pending_.digests.emplace_back().fill(file);
  }
  ClassEffect effect_of(const std::string& name, const EffectOptions& options = {}) const {
    return effects_of_classes(gallery_, std::span(&name, 1), pending_, options).front();
  }

  test::PlainGallery gallery_{16};
  PendingImages pending_{16};
};

TEST_F(ClassEffectTest, TheFirstClassHasNoOther) {
  pend("a", 0);
  pend("a", 10);
  pend("a", 30);
  const ClassEffect effect = effect_of("a");
  EXPECT_EQ(effect.images, 3U);
  EXPECT_EQ(effect.asked, 3U);
  EXPECT_EQ(effect.right, 3U);
  EXPECT_THAT(effect.own_similarity, testing::Optional(FloatNear(cosine(10), 1e-6F)));
  EXPECT_EQ(effect.most_alike, "");
  EXPECT_THAT(effect.affected, IsEmpty());
  EXPECT_EQ(effect.calibrating, 3U);
  EXPECT_EQ(effect.needed, 19U);
  EXPECT_EQ(effect_of("a", {.alpha = 0.1}).needed, 9U);
  EXPECT_EQ(effect_of("a", {.alpha = 0.01}).needed, 99U);
}

TEST_F(ClassEffectTest, AClassApartIsRightAndAffectsNobody) {
  for (int i = 0; i < 4; ++i) {
    add("far", 180 + i);
    add("near", 60 + i);
    pend("new", i);
  }
  const ClassEffect effect = effect_of("new", {.k = 3});
  EXPECT_EQ(effect.asked, 4U);
  EXPECT_EQ(effect.right, 4U);
  EXPECT_EQ(effect.most_alike, "near");
  EXPECT_THAT(effect.alike_similarity, FloatNear(cosine(58), 1e-6F));
  EXPECT_EQ(effect.affected_items, 0U);
}

TEST_F(ClassEffectTest, ItemsToWhichANewImageIsNearestAreNamed) {
  const ItemId alone = add("a", 10);
  add("a", 40);
  add("a", 45);
  const ItemId at_the_edge = add("b", -10);
  pend("new", 0);
  pend("new", 2);
  const ClassEffect effect = effect_of("new");
  ASSERT_EQ(effect.affected.size(), 2U);
  EXPECT_EQ(effect.affected[0].id, alone);
  EXPECT_EQ(effect.affected[0].class_name, "a");
  EXPECT_THAT(effect.affected[0].similarity, FloatNear(cosine(8), 1e-6F));
  EXPECT_EQ(effect.affected[1].id, at_the_edge);
  EXPECT_THAT(effect.affected[1].similarity, FloatNear(cosine(10), 1e-6F));
  EXPECT_EQ(effect.affected_items, 2U);
}

TEST_F(ClassEffectTest, AnImageAmongAnotherClassIsNotRight) {
  for (int i = 0; i < 5; ++i) add("a", 2 * i);
  pend("new", 90);
  pend("new", 92);
  pend("new", 5);
  const ClassEffect effect = effect_of("new", {.k = 3});
  EXPECT_EQ(effect.asked, 3U);
  EXPECT_EQ(effect.right, 2U);
}

TEST_F(ClassEffectTest, CopiesAreOneImage) {
  add("a", 0);
  pend("new", 3, 7);
  pend("new", 3, 7);
  pend("new", 3.0, 8);  // other bytes, the same embedding
  const ClassEffect effect = effect_of("new", {.k = 1});
  EXPECT_EQ(effect.images, 1U);
  EXPECT_EQ(effect.asked, 0U);
  EXPECT_FALSE(effect.own_similarity);
  EXPECT_EQ(effect.most_alike, "a");
  pend("new", 90, 9);
  // Asked without its copies the first is nearest to a; the second is nearest to the first.
  EXPECT_EQ(effect_of("new", {.k = 1}).asked, 2U);
  EXPECT_EQ(effect_of("new", {.k = 1}).right, 1U);
}

TEST_F(ClassEffectTest, ImagesThatTheEncoderKnowsDoNotCalibrate) {
  pend("new", 0, 1);
  pend("new", 1, 2);
  pend("new", 2, 0);  // unknown
  Sha256 known{};
  known.fill(1);
  const auto trained_on = [&](const Sha256& digest) { return digest == known; };
  EXPECT_EQ(effect_of("new", {.trained_on = trained_on}).calibrating, 2U);
}

TEST_F(ClassEffectTest, BadOptionsAreRefused) {
  pend("new", 0);
  EXPECT_EQ(test::code_of([&] { effect_of("new", {.k = 0}); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { effect_of("new", {.alpha = 1}); }), ErrorCode::kUsage);
  pending_.digests.pop_back();
  EXPECT_EQ(test::code_of([&] { effect_of("new"); }), ErrorCode::kUsage);
}

// What is told before is what is told after.
TEST_F(ClassEffectTest, AddingThePendingImagesChangesNothingInWhatIsTold) {
  std::size_t affected = 0;
  for (std::uint64_t round = 0; round < 40; ++round) {
    test::PlainGallery gallery(16);
    const auto rows = test::clustered_embeddings(80, 16, 4, round);
    std::vector<NewItem> stored;
    std::vector<NewItem> fresh;
    EmbeddingBatch stored_rows(16);
    PendingImages pending(16);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const char* name = row % 5 == 0 ? "new" : row % 2 == 0 ? "a" : "b";
      NewItem item = test::numbered_item(row, name);
      if (row % 5 != 0 && row % 7 != 0) {
        stored.push_back(item);
        stored_rows.append_unit(rows.row(row));
        continue;
      }
      // Some of the other classes too, and copies.
      const std::size_t shown = row % 10 == 5 ? row - 5 : row;
      fresh.push_back(item);
      pending.embeddings.append_unit(rows.row(shown));
      pending.class_names.push_back(item.info.class_name);
      pending.digests.push_back(item.info.digest);
    }
    gallery.add(stored, stored_rows);
    const std::string name = "new";
    const EffectOptions options{.k = 1 + round % 8};
    const ClassEffect before =
        effects_of_classes(gallery, std::span(&name, 1), pending, options).front();
    gallery.add(fresh, pending.embeddings);
    ClassEffect after =
        effects_of_classes(gallery, std::span(&name, 1), PendingImages(16), options).front();
    std::erase_if(after.affected, [&](const AffectedItem& item) {
      return to_number(item.id) > stored.size();  // was not there before
    });
    EXPECT_EQ(before.images, 8U);
    EXPECT_EQ(before.images, after.images);
    EXPECT_EQ(before.asked, after.asked);
    EXPECT_EQ(before.right, after.right);
    EXPECT_EQ(before.own_similarity, after.own_similarity);
    EXPECT_EQ(before.most_alike, after.most_alike);
    EXPECT_EQ(before.alike_similarity, after.alike_similarity);
    EXPECT_EQ(before.affected_items, before.affected.size());
    ASSERT_EQ(before.affected.size(), after.affected.size());
    for (std::size_t i = 0; i < before.affected.size(); ++i) {
      EXPECT_EQ(before.affected[i].id, after.affected[i].id);
      EXPECT_EQ(before.affected[i].similarity, after.affected[i].similarity);
    }
    affected += before.affected.size();
  }
  EXPECT_GT(affected, 100U);
}

}  // namespace
}  // namespace simdb
