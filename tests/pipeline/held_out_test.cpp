#include "pipeline/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HeldOutTest : public testing::Test {
 protected:
  HeldOutTest()
      : database_(
            Database::create(folder_ / "db", std::as_bytes(std::span("model")), 16,
                             {.encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
                               return std::make_shared<test::FirstPixelEncoder>(fingerprint);
                             }})) {
    database_.add("red", source_image(red(250)));
  }
  static Image red(std::uint8_t value) { return test::solid_image(4, 4, {value, 0, 0}); }

  HeldOut read(const std::vector<std::pair<std::string, Image>>& given) {
    std::vector<Image> images;
    for (const auto& [name, image] : given) images.push_back(image);
    return read_held_out(
        database_, list_of(images), [&](std::size_t i) { return given[i].first; },
        [&](const EncodedRun& run) { failures_ += run.failures.size(); });
  }

  test::TemporaryFolder folder_;
  Database database_;
  std::size_t failures_ = 0;
};

TEST_F(HeldOutTest, ItemsAndImagesOfNoClassAreLeftOut) {
  const HeldOut held_out = read({{"red", red(250)},
                                 {"red", red(240)},
                                 {"blue", red(100)},
                                 {"green", red(101)},
                                 {"red", test::solid_image(4, 4, {0, 0, 0})}});
  EXPECT_THAT(held_out.images.class_names, ElementsAre("red"));
  EXPECT_EQ(held_out.images.embeddings.rows(), 1U);
  EXPECT_EQ(failures_, 1U) << "a black one has no features";
  EXPECT_THAT(left_out_of(held_out),
              ElementsAre("left out 1 image that the database has as items",
                          "left out 2 images of classes that the database does not have"));
  require_images(held_out);
}

TEST_F(HeldOutTest, NothingToCalibrateByIsAnError) {
  const HeldOut held_out = read({{"red", red(250)}});
  EXPECT_EQ(test::code_of([&] { require_images(held_out); }), ErrorCode::kBadInput);
  EXPECT_THAT(left_out_of(HeldOut(16)), IsEmpty());
}

}  // namespace
}  // namespace simdb
