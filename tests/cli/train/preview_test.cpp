#include "cli/train/preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

training::LabeledImages pictures() {
  training::LabeledImages images;
  images.input.width = 8;
  images.input.height = 8;
  images.input.channels = 3;
  images.classes = {"<b>red</b>", "blue & \"green\""};
  images.labels = {0, 0, 1, 1};
  for (int i = 0; i < 4; ++i) {
    images.pixels.insert(images.pixels.end(), images.input.values(), static_cast<std::uint8_t>(i));
  }
  return images;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(PreviewPageTest, ShowsOriginalsCopiesAndEveryChange) {
  const std::string page = render_preview(pictures(), {}, "pictures");
  EXPECT_EQ(count(page, "<img class=\"original\""), 12U);  // 6 groups of 2 classes
  EXPECT_EQ(count(page, "<img class=\"changed\""), 72U);
  EXPECT_EQ(count(page, "src=\"data:image/png;base64,"), 84U);
  EXPECT_EQ(count(page, "width=\"80\" height=\"80\""), 84U);  // 8 x 10
  EXPECT_THAT(page, AllOf(HasSubstr("auto, which chose shapes"), HasSubstr("Group 6"),
                          HasSubstr(">elastic</th><td>off"), HasSubstr(">affine</th><td>on")));
}

TEST(PreviewPageTest, NamesCannotBecomeHtmlAndNothingIsLoaded) {
  const std::string page = render_preview(pictures(), {}, "<script>");
  EXPECT_THAT(page,
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<b>red")), HasSubstr("&lt;b&gt;red"),
                    HasSubstr("blue &amp; &quot;green&quot;"), HasSubstr("default-src 'none'"),
                    Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr("simdb:"))));
}

TEST(PreviewPageTest, SaysIfNoChangeMakesClasses) {
  training::TrainOptions options;
  options.augment = training::parse_augment("none");
  EXPECT_THAT(render_preview(pictures(), options, "x"), HasSubstr("No change makes classes"));
}

}  // namespace
}  // namespace simdb::cli
