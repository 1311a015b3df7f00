#include "encoder/training/augment_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using test::code_of;
using test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AugmentOptionsTest, ListsNameTakeAwayAndReturn) {
  EXPECT_EQ(to_string(parse_augment("shapes")), "affine,light,noise,colors,symmetry,mirror");
  EXPECT_EQ(to_string(parse_augment("none")), "none");
  EXPECT_EQ(to_string(parse_augment("light,affine")), "affine,light");
  EXPECT_EQ(to_string(parse_augment("shapes,-symmetry,-mirror,-light")), "affine,noise,colors");
  EXPECT_EQ(to_string(parse_augment("none,blur,-blur,crop")), "crop");
}

TEST(AugmentOptionsTest, EveryPresetIsReadBack) {
  for (const auto* name : {"none", "glyph", "digits", "photo", "icons", "shapes"}) {
    const AugmentOptions preset = parse_augment(name);
    EXPECT_FALSE(preset.automatic);
    EXPECT_EQ(parse_augment(to_string(preset)), preset);
  }
  EXPECT_EQ(to_string(AugmentOptions()), "auto");
  EXPECT_EQ(parse_augment("auto"), AugmentOptions());
}

TEST(AugmentOptionsTest, UnknownNamesListTheChoices) {
  const Error error = error_of([] { parse_augment("affine,rainbow"); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("'rainbow'"), HasSubstr("symmetry"), HasSubstr("glyph")));
  for (const auto* text : {"", "affine,", "affine,glyph", "auto,-noise", "glyph,auto", "-glyph"}) {
    EXPECT_EQ(code_of([&] { parse_augment(text); }), ErrorCode::kUsage) << text;
  }
}

TEST(AugmentOptionsTest, TheDataChoosesThePreset) {
  EXPECT_EQ(choose_preset(1, 964, 964 * 20), "glyph");
  EXPECT_EQ(choose_preset(1, 10, 60000), "digits");
  EXPECT_EQ(choose_preset(1, 3, 60), "shapes");
  EXPECT_EQ(choose_preset(3, 3, 4500), "shapes");
  EXPECT_EQ(choose_preset(3, 900, 3600), "icons");
  EXPECT_EQ(choose_augment(3, 900, 3600), parse_augment("icons"));
}

TEST(AugmentOptionsTest, OnlyAutomaticOptionsAreResolvedAndTheStrengthStays) {
  AugmentOptions augment;
  augment.strength = 2;
  const AugmentOptions chosen = resolve_augment(augment, 1, 964, 20000);
  EXPECT_EQ(to_string(chosen), to_string(parse_augment("glyph")));
  EXPECT_EQ(chosen.strength, 2);
  EXPECT_EQ(resolve_augment(parse_augment("blur"), 1, 964, 20000), parse_augment("blur"));
}

TEST(AugmentOptionsTest, ManyClassesAreChangedOneByOneAndFewerOfThem) {
  EXPECT_EQ(class_making(2).share, 1);
  EXPECT_EQ(class_making(8).share, 1);
  EXPECT_EQ(class_making(80).share, 0.1);
  EXPECT_EQ(class_making(31).unit, Unit::kGroup);
  EXPECT_EQ(class_making(32).unit, Unit::kClass);
}

TEST(AugmentOptionsTest, EverySwitchIsDescribedWithItsAmount) {
  AugmentOptions augment = parse_augment("affine,noise");
  std::size_t classes = 8;
  const auto text_of = [&](std::string_view name) {
    for (const AugmentNote& note : describe(augment, class_making(classes))) {
      if (note.name == name) return (note.on ? "on: " : "off: ") + note.what;
    }
    return std::string();
  };
  EXPECT_THAT(text_of("affine"), AllOf(HasSubstr("on: "), HasSubstr("15°")));
  EXPECT_THAT(text_of("symmetry"), AllOf(HasSubstr("off: "), HasSubstr("50 % of the groups")));
  classes = 80;
  EXPECT_THAT(text_of("symmetry"), HasSubstr("90°"));
  EXPECT_THAT(text_of("colors"), HasSubstr("10 % of the classes"));
  augment.strength = 2;
  EXPECT_THAT(text_of("affine"), AllOf(HasSubstr("30°"), Not(HasSubstr("15°"))));
  EXPECT_EQ(describe(augment, {}).size(), 16U);
}

}  // namespace
}  // namespace simdb::training
