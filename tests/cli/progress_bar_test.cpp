#include "cli/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace simdb::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class ProgressBarTest : public testing::Test {
 protected:
  std::string drawn(bool terminal, std::size_t (*columns)() = [] { return std::size_t{80}; }) {
    std::ostringstream err;
    Console console{in_, err, err, terminal, columns};
    {
      ProgressBar bar(console, "adding", 200);
      bar.update(100);
      bar.update(200);
    }
    return err.str();
  }

  std::istringstream in_;
};

TEST_F(ProgressBarTest, DrawsOnATerminalAndCleansUp) {
  const std::string text = drawn(true);
  EXPECT_THAT(text, HasSubstr("adding [===============               ] 100/200 50 %"));
  EXPECT_THAT(text, HasSubstr("200/200 100 %"));
  EXPECT_THAT(text, EndsWith("\r\x1b[K"));
}

TEST_F(ProgressBarTest, FitsIntoANarrowTerminal) {
  EXPECT_THAT(drawn(true, [] { return std::size_t{45}; }),
              HasSubstr("\radding [======      ] 100/200 50 % 0:00 left\x1b[K"));
  EXPECT_THAT(drawn(true, [] { return std::size_t{20}; }),
              HasSubstr("\radding 100/200 50 %\x1b[K"));
  EXPECT_THAT(drawn(true, [] { return std::size_t{19}; }), HasSubstr("\r100/200 50 %\x1b[K"));
  EXPECT_THAT(drawn(true, [] { return std::size_t{5}; }), HasSubstr("\r100/\x1b[K"));
  EXPECT_THAT(drawn(true, [] { return std::size_t{1}; }), HasSubstr("\r\x1b[K"));
}

TEST_F(ProgressBarTest, IsSilentElsewhere) { EXPECT_EQ(drawn(false), ""); }

}  // namespace
}  // namespace simdb::cli
