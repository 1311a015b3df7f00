#include "cli/completion/bash_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace simdb::cli {
namespace {

using Words = std::vector<std::string>;
using testing::ElementsAre;
using testing::IsEmpty;

Words words_of(std::string_view line) { return read_bash_line(line).words; }

TEST(BashLineTest, SplitsAtSpacesOutsideQuotes) {
  EXPECT_THAT(words_of("simdb  ls a\\ b 'c d' \"e f\"g"),
              ElementsAre("simdb", "ls", "a b", "c d", "e fg"));
  EXPECT_THAT(words_of("simdb ls "), ElementsAre("simdb", "ls", ""));
  EXPECT_THAT(words_of("simdb '' "), ElementsAre("simdb", "", ""));
  EXPECT_THAT(words_of(""), ElementsAre(""));
}

TEST(BashLineTest, TakesBackslashesAsBashDoes) {
  EXPECT_THAT(words_of(R"(a\$b 'a\b' "a\b" "a\$b\"c")"),
              ElementsAre("a$b", "a\\b", "a\\b", "a$b\"c"));
  EXPECT_THAT(words_of("a\\"), ElementsAre("a\\"));
}

TEST(BashLineTest, ExpandsNothing) {
  EXPECT_THAT(words_of("simdb $HOME ~ *"), ElementsAre("simdb", "$HOME", "~", "*"));
}

TEST(BashLineTest, KnowsTheQuotesAtTheCursor) {
  EXPECT_EQ(read_bash_line("ls a\"b").quote, '"');
  EXPECT_EQ(read_bash_line("ls 'b").quote, '\'');
  EXPECT_EQ(read_bash_line("ls 'b'").quote, '\0');
}

TEST(BashLineTest, LeavesRedirectionsOut) {
  EXPECT_THAT(words_of("simdb ls >out 2> err x"), ElementsAre("simdb", "ls", "x"));
  EXPECT_FALSE(read_bash_line("simdb ls > out x").redirects);
  EXPECT_TRUE(read_bash_line("simdb ls > ou").redirects);
  EXPECT_TRUE(read_bash_line("simdb ls 2>&1 >").redirects);
}

Words replies(std::string_view line, std::string_view text, const Words& names) {
  std::vector<Candidate> candidates;
  for (const std::string& name : names) candidates.push_back({name});
  return bash_replies(line, text, candidates);
}

TEST(BashRepliesTest, QuoteAsTheLineDoes) {
  EXPECT_THAT(replies("ls a", "a", {"a $b", "c"}), ElementsAre("a\\ \\$b"));
  EXPECT_THAT(replies("ls \"a", "a", {"a $b"}), ElementsAre("a \\$b"));
  EXPECT_THAT(replies("ls 'a", "a", {"a $b", "a'b"}), ElementsAre("a $b", "a'\\''b"));
  EXPECT_THAT(replies("ls ", "", {"é"}), ElementsAre("é"));
}

TEST(BashRepliesTest, KeepHistoryOutOfDoubleQuotes) {
  EXPECT_THAT(replies("ls \"a", "a", {"a!b"}), ElementsAre("a\"'!'\"b"));
}

// Readline adds the closing quote, but not behind such a character.
TEST(BashRepliesTest, CloseQuotesBehindAQuote) {
  EXPECT_THAT(replies("ls \"a", "a", {"a\""}), ElementsAre("a\\\"\""));
  EXPECT_THAT(replies("ls 'a", "a", {"a'"}), ElementsAre("a'\\'''"));
}

TEST(BashRepliesTest, ReplaceOnlyTheTextAtTheCursor) {
  EXPECT_THAT(replies("ls --class=x:", "", {"--class=x:y", "--class=z"}), ElementsAre("y"));
  EXPECT_THAT(replies("ls --class='a", "a", {"--class=a b"}), ElementsAre("a b"));
  EXPECT_THAT(replies("ls x", "other", {"x"}), ElementsAre("x"));
  EXPECT_THAT(replies("ls x", "x", {"y"}), IsEmpty());
}

}  // namespace
}  // namespace simdb::cli
