#include "server/access.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {
namespace {

using test::code_of;

constexpr const char* kWriting = "writing-writing-writing";
constexpr const char* kReading = "reading-reading-reading";

TEST(AccessTest, KnowsItsTwoTokensAndNoOther) {
  const Tokens tokens(kWriting, kReading);
  const auto access = [&](const std::string& field) { return tokens.access(field); };
  EXPECT_EQ(access(std::string("Bearer ") + kWriting), Access::kWrite);
  EXPECT_EQ(access(std::string("bEARER ") + kWriting), Access::kWrite);
  EXPECT_EQ(access(std::string("Bearer ") + kReading), Access::kRead);
  EXPECT_EQ(tokens.access(std::nullopt), Access::kNone);
  for (const std::string& wrong :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string(kWriting),
        std::string("Basic ") + kWriting, std::string("Bearer  ") + kWriting,
        std::string("Bearer ") + kWriting + "x", std::string("Bearer writing-writing-writinG")}) {
    EXPECT_EQ(access(wrong), Access::kNone) << wrong;
  }
  // Where there is no reading token, an empty one is none.
  const Tokens one(kWriting, "");
  EXPECT_EQ(one.access("Bearer "), Access::kNone);
  EXPECT_EQ(one.access(std::string("Bearer ") + kReading), Access::kNone);
}

TEST(AccessTest, TakesACodeOnce) {
  Tokens tokens(kWriting, "");
  EXPECT_EQ(tokens.take_code(""), std::nullopt) << "there is none yet";
  const std::string code = tokens.new_code();
  EXPECT_EQ(tokens.take_code(code), kWriting);
  EXPECT_EQ(tokens.take_code(code), std::nullopt);
  EXPECT_EQ(tokens.take_code(""), std::nullopt);
  const std::string old = tokens.new_code();
  const std::string newer = tokens.new_code();
  EXPECT_EQ(tokens.take_code(old), std::nullopt);
  EXPECT_EQ(tokens.take_code(newer), kWriting);
}

TEST(AccessTest, VoidsACodeThatIsGuessedAt) {
  Tokens tokens(kWriting, "");
  std::string code = tokens.new_code();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(tokens.take_code("wrong"), std::nullopt);
  EXPECT_EQ(tokens.take_code(code), kWriting);
  code = tokens.new_code();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tokens.take_code("wrong"), std::nullopt);
  EXPECT_EQ(tokens.take_code(code), std::nullopt);
}

TEST(AccessTest, MakesTokensThatNobodyGuesses) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) made.insert(random_token());
  EXPECT_EQ(made.size(), 100U);
  for (const std::string& token : made) EXPECT_EQ(token.size(), 32U);
}

TEST(AccessTest, KeepsATokenInAFileOfItsOwnersOnly) {
  const test::TemporaryFolder folder;
  const auto file = folder / "token";
  const std::string token = token_in(file);
  EXPECT_EQ(token.size(), 32U);
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(token_in(file), token) << "made once";
  for (const mode_t shared : {0640U, 0604U, 0620U, 0602U, 0610U}) {
    ASSERT_EQ(::chmod(file.c_str(), shared), 0);
    EXPECT_EQ(code_of([&] { token_in(file); }), ErrorCode::kUsage) << shared;
  }
  ASSERT_EQ(::chmod(file.c_str(), 0400), 0);
  EXPECT_EQ(token_in(file), token);
}

TEST(AccessTest, RefusesFilesThatHoldNoToken) {
  const test::TemporaryFolder folder;
  const auto file = folder / "token";
  token_in(file);
  const auto code_with = [&](const std::string& text) {
    std::ofstream(file) << text;
    return code_of([&] { token_in(file); });
  };
  EXPECT_EQ(code_with(""), ErrorCode::kUsage);
  EXPECT_EQ(code_with("123456789012345\n"), ErrorCode::kUsage) << "too short";
  EXPECT_EQ(code_with(std::string(600, 'a')), ErrorCode::kUsage) << "too long";
  EXPECT_EQ(code_with("with a blank in between"), ErrorCode::kUsage);
  EXPECT_EQ(code_with("1234567890123456\n1234567890123456\n"), ErrorCode::kUsage);
  EXPECT_EQ(code_with(std::string(16, '\xC3')), ErrorCode::kUsage);
  std::ofstream(file) << "1234567890123456\r\n";
  EXPECT_EQ(token_in(file), "1234567890123456");
  EXPECT_EQ(code_of([&] { token_in(folder / "no" / "token"); }), ErrorCode::kNotFound);
  EXPECT_NE(code_of([&] { token_in(folder.path()); }), ErrorCode::kInternal);
}

}  // namespace
}  // namespace simdb::server
