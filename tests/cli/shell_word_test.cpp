#include "cli/shell_word.h"

#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

TEST(ShellWord, QuotesWhatAShellWouldChange) {
  EXPECT_EQ(shell_word("Latin/a-1.b"), "Latin/a-1.b");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(date)"), "'$(date)'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("\xC3\xA9"), "'\xC3\xA9'");
}

TEST(ShellWord, SaysClassForWhatMustNotBePrinted) {
  EXPECT_EQ(shell_word("a\xE2\x80\xAE"), "CLASS");
}

}  // namespace
}  // namespace simdb::cli
