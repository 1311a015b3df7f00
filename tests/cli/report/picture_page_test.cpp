#include "cli/report/picture_page.h"

#include <gmock/gmock.h>

#include "simdb/image_codec.h"
#include "tests/support/images.h"

namespace simdb::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PicturePage, ShowsPicturesFactsAndCommands) {
  PicturePage page{.kind = "simdb duplicates", .title = "Title", .lead = "Lead", .groups = {}};
  page.groups.push_back({.title = "Group",
                         .note = "Note",
                         .is_urgent = true,
                         .pictures = {{.title = "17, bolt",
                                       .fact = "file",
                                       .source = "/d/a.png",
                                       .thumbnail = encode_png(test::quadrant_image(4, 4))},
                                      {.title = "18, nut",
                                       .fact = "near",
                                       .source = "b.png",
                                       .thumbnail = {},
                                       .kept = encode_png(test::quadrant_image(8, 8))}},
                         .commands = {"simdb rm 17"}});
  page.more_groups = 7;
  const std::string html = render_picture_page(page);
  for (const char* part :
       {"<title>simdb duplicates</title>", "<h1>Title</h1>", "Lead", "class=\"urgent\"", "17, bolt",
        "data:image/png;base64,", "no picture", "title=\"/d/a.png\"", "<bdi>a.png",
        "<code>simdb rm 17</code>", "7 more are not shown"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_LT(html.find("no picture"), html.rfind("<img")) << "what is kept stands behind";
}

TEST(PicturePage, TextsCanDoNoHarm) {
  const std::string evil = "<script>\xE2\x80\xAE\"<!--simdb:groups-->";
  PicturePage page{.kind = evil, .title = evil, .lead = evil, .groups = {}};
  page.groups.push_back({.title = evil,
                         .note = evil,
                         .pictures = {{evil, evil, evil, test::to_bytes("no image")}},
                         .commands = {evil}});
  const std::string html = render_picture_page(page);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

}  // namespace
}  // namespace simdb::cli
