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
  std::string drawn(bool terminal) {
    std::ostringstream err;
    Console console{in_, err, err, terminal};
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

TEST_F(ProgressBarTest, IsSilentElsewhere) { EXPECT_EQ(drawn(false), ""); }

}  // namespace
}  // namespace simdb::cli
