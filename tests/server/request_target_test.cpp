#include "server/request_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace simdb::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Target parsed(std::string_view target) {
  auto result = parse_target(target);
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    ADD_FAILURE() << target << " -> " << refusal->detail;
    return {};
  }
  return std::get<Target>(std::move(result));
}

TEST(RequestTarget, SplitsThePath) {
  EXPECT_THAT(parsed("/").segments, ElementsAre(""));
  EXPECT_THAT(parsed("/v1/items").segments, ElementsAre("v1", "items"));
  EXPECT_THAT(parsed("/v1/items/").segments, ElementsAre("v1", "items", ""));
  EXPECT_THAT(parsed("//a").segments, ElementsAre("", "a"));
  EXPECT_THAT(parsed("/a%2Fb%3F/...?x").segments, ElementsAre("a/b?", "..."));
}

TEST(RequestTarget, SplitsTheQueryBeforeItDecodes) {
  const Target target = parsed("/x?class=a%26b%3dc&where=p%3C2&k=&why&e=1=2?/&class=caf%C3%A9+%2b");
  EXPECT_THAT(target.segments, ElementsAre("x"));
  EXPECT_EQ(target.parameters.size(), 6U);
  EXPECT_THAT(target.values("class"), ElementsAre("a&b=c", "caf\xC3\xA9++"));
  EXPECT_THAT(target.values("where"), ElementsAre("p<2"));
  EXPECT_THAT(target.values("k"), ElementsAre(""));
  EXPECT_THAT(target.values("why"), ElementsAre(""));
  EXPECT_THAT(target.values("e"), ElementsAre("1=2?/"));
  EXPECT_THAT(target.values("Class"), IsEmpty());
  EXPECT_THAT(parsed("/?").parameters, IsEmpty());
  EXPECT_THAT(parsed("/?a=1&").values("a"), ElementsAre("1"));
}

TEST(RequestTarget, RefusesWhatIsNoText) {
  for (const char* bad :
       {"/%",      "/%4",           "/%4/x",   "/%zz",   "/%0x41", "/%+1",    "/%-1",
        "/% 1",    "/?a=%",         "/?%4=1",  "/%%41",  "/%00",   "/?a=%00", "/%C3",
        "/%C0%AF", "/?a=%ED%A0%80", "/?a=%FF", "/.",     "/..",    "/a/../b", "/%2e%2E/a",
        "/a/.?x",  "/?=1",          "/?&",     "/?a&&b", "/?=",    "/?%00=1"}) {
    const auto result = parse_target(bad);
    const auto* const refusal = std::get_if<Refusal>(&result);
    ASSERT_NE(refusal, nullptr) << bad;
    EXPECT_EQ(refusal->status, 400) << bad;
    EXPECT_FALSE(refusal->detail.empty()) << bad;
  }
}

TEST(RequestTarget, EveryByteCanBeEncoded) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned char byte = 1; byte < 0x80; ++byte) {
    const std::string code = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    const std::string text(1, static_cast<char>(byte));
    EXPECT_THAT(parsed("/?x=" + code).values("x"), ElementsAre(text));
    EXPECT_THAT(parsed("/?" + code + "=x").values(text), ElementsAre("x"));
  }
}

}  // namespace
}  // namespace simdb::server
