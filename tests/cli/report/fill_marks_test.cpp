#include "cli/report/fill_marks.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

using Parts = std::vector<std::pair<std::string_view, std::string_view>>;

TEST(FillMarksTest, MarksAreReplacedInOrderAndNotInWhatWasFilledIn) {
  EXPECT_EQ(fill_marks("a [x] b [y] c", Parts{{"[x]", "[y]"}, {"[y]", "2"}}), "a [y] b 2 c");
  EXPECT_EQ(fill_marks("plain", Parts{}), "plain");
}

TEST(FillMarksTest, AMissingMarkIsNamed) {
  EXPECT_EQ(test::code_of([] { fill_marks("[y] [x]", Parts{{"[x]", ""}, {"[y]", ""}}); }),
            ErrorCode::kInternal);
}

}  // namespace
}  // namespace simdb::cli
