#include "cli/report/page_text.h"

#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

TEST(PageTextTest, HtmlHasNoMarkupLeft) {
  EXPECT_EQ(escape_html("<b>&\"ä\""), "&lt;b&gt;&amp;&quot;ä&quot;");
  EXPECT_EQ(escape_html(""), "");
}

TEST(PageTextTest, JsonCannotEndItsScript) {
  EXPECT_EQ(json_in_script(R"(["</script>","<!--"])"), R"(["\u003c/script>","\u003c!--"])");
}

}  // namespace
}  // namespace simdb::cli
