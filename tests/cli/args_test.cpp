#include "cli/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/program_options/value_semantic.hpp>
#include <sstream>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ArgumentParserTest : public testing::Test {
 protected:
  ArgumentParserTest() : parser_("query PATH...", "Classifies images.") {
    parser_.with_database().with_json();
    parser_.options().add_options()(
        "k,k", boost::program_options::value<std::size_t>()->default_value(10), "neighbours");
  }
  bool parse(const std::vector<std::string>& args, std::size_t min = 1, std::size_t max = 2) {
    return parser_.parse(args, console_, min, max);
  }
  std::string usage_error(const std::vector<std::string>& args) {
    try {
      parse(args);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kUsage);
      return e.what();
    }
    return "no error";
  }

  std::istringstream in_;
  std::ostringstream out_;
  Console console_{in_, out_, out_};
  ArgumentParser parser_;
};

TEST_F(ArgumentParserTest, ReadsOptionsAndWordsInAnyOrder) {
  ASSERT_TRUE(parse({"a.png", "--db", "dir", "-k", "3", "b.png", "--json"}));
  EXPECT_EQ(parser_.positional(), (std::vector<std::string>{"a.png", "b.png"}));
  EXPECT_EQ(parser_.get<std::string>("db"), "dir");
  EXPECT_EQ(parser_.get<std::size_t>("k"), 3U);
  EXPECT_TRUE(parser_.flag("json"));
}

TEST_F(ArgumentParserTest, TakesWordsWithDashesBehindTwoDashes) {
  ASSERT_TRUE(parse({"--", "-odd.png", "-"}));
  EXPECT_EQ(parser_.positional(), (std::vector<std::string>{"-odd.png", "-"}));
}

// Boost would take the word behind it for a positional argument.
TEST_F(ArgumentParserTest, RefusesAnOptionWithoutAName) {
  EXPECT_THAT(usage_error({"a.png", "--=b.png"}), HasSubstr("'--=b.png'"));
  EXPECT_THAT(usage_error({"--=", "a.png"}), HasSubstr("equal sign"));
}

// With them Boost's own message never ends; see option_error.
TEST_F(ArgumentParserTest, PlaceholdersOfMessagesAreWordsLikeOthers) {
  for (const char* word : {"%value%", "%option%", "%canonical_option%", "%prefix%"}) {
    const std::string text = word;
    EXPECT_THAT(usage_error({"-k", text}), HasSubstr("it takes a whole number"));
    EXPECT_THAT(usage_error({"--" + text}), HasSubstr("an option is not known"));
    EXPECT_THAT(usage_error({"-" + text}), HasSubstr("an option is not known"));
  }
  EXPECT_TRUE(parse({"%value%"}));
}

TEST_F(ArgumentParserTest, NumbersNeverWrapAndAreNumbers) {
  namespace po = boost::program_options;
  parser_.options().add_options()("seed", po::value<std::uint64_t>(), "")(
      "within", po::value<float>(), "")("depth", po::value<int>(), "");
  for (const char* wrong : {"-1", "-0", "-18446744073709551615"}) {
    EXPECT_THAT(usage_error({"a", "-k", wrong}), HasSubstr(wrong));
    EXPECT_THAT(usage_error({"a", std::string("--seed=") + wrong}), HasSubstr("seed"));
  }
  EXPECT_THAT(usage_error({"a", "-k-1"}),
              AllOf(HasSubstr("from 0 to 2^64 - 1"), HasSubstr("--help")));
  for (const char* wrong : {"18446744073709551616", "1.5", "nan", "3x", "+-3"}) {
    EXPECT_THAT(usage_error({"a", "--seed", wrong}), HasSubstr("from 0 to 2^64 - 1")) << wrong;
  }
  for (const char* wrong : {"nan", "-nan", "inf", "-inf", "1e999", "1e40", "3,5"}) {
    EXPECT_THAT(usage_error({"a", "--within", wrong}),
                AllOf(HasSubstr(wrong), HasSubstr("a finite number")));
  }
  for (const char* wrong : {"2147483648", "-2147483649", "1e3"}) {
    EXPECT_THAT(usage_error({"a", "--depth", wrong}), HasSubstr("from -2^31 to 2^31 - 1"));
  }
  ASSERT_TRUE(parse({"a", "--within", "-1", "--depth", "-2", "-k", "3", "--seed", "7"}));
  EXPECT_EQ(parser_.get<float>("within"), -1);
  EXPECT_EQ(parser_.get<int>("depth"), -2);
}

TEST_F(ArgumentParserTest, TakesASingleDashAsAWord) {
  ASSERT_TRUE(parse({"-"}));
  EXPECT_EQ(parser_.positional(), std::vector<std::string>{"-"});
}

TEST_F(ArgumentParserTest, HelpIsPrintedAndNothingRuns) {
  EXPECT_FALSE(parse({"--help"}));
  EXPECT_THAT(out_.str(), StartsWith("usage: simdb query PATH...\n\nClassifies images."));
  EXPECT_THAT(out_.str(), HasSubstr("--json"));
}

TEST_F(ArgumentParserTest, ErrorsNameTheWordAndTheHelpPage) {
  EXPECT_THAT(usage_error({"a.png", "--frob"}), HasSubstr("--frob"));
}

TEST_F(ArgumentParserTest, CountsWords) {
  EXPECT_THAT(usage_error({}), HasSubstr("an argument is missing; see 'simdb query --help'"));
}

TEST_F(ArgumentParserTest, RefusesWordsTooMany) {
  EXPECT_THAT(usage_error({"a", "b", "c"}), HasSubstr("unexpected argument 'c'"));
}

TEST_F(ArgumentParserTest, RefusesAbbreviations) {
  EXPECT_THAT(usage_error({"a", "--js"}), HasSubstr("--js"));
}

}  // namespace
}  // namespace simdb::cli
