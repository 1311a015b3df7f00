#include "server/listen_socket.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "server/parameters.h"
#include "simdb/error.h"
#include "tests/support/errors.h"

namespace simdb::server {
namespace {

using test::code_of;
using testing::HasSubstr;

TEST(ListenSocketTest, ReadsAddressesStrictly) {
  for (const std::string& address : {std::string(),
                                     std::string("7700"),
                                     std::string(":7700"),
                                     std::string("127.0.0.1"),
                                     std::string("127.0.0.1:"),
                                     std::string("127.0.0.1:65536"),
                                     std::string("127.0.0.1:-1"),
                                     std::string("127.0.0.1:+1"),
                                     std::string("127.0.0.1:1x"),
                                     std::string("127.0.0.1: 1"),
                                     std::string("127.1:0"),
                                     std::string("::1:0"),
                                     std::string("[::1]"),
                                     std::string("[]:0"),
                                     std::string("[127.0.0.1]:0"),
                                     std::string("example.org:0"),
                                     std::string("LOCALHOST:0"),
                                     std::string("127.0.0.1:99999999999999999999"),
                                     std::string("unix:"),
                                     "unix:/" + std::string(107, 'a')}) {
    EXPECT_EQ(code_of([&] { listen_on(address); }), ErrorCode::kUsage) << address;
  }
  EXPECT_EQ(code_of([] { listen_on("unix:/nowhere/at/all.sock"); }), ErrorCode::kIo);
  EXPECT_EQ(code_of([] { listen_on("192.0.2.1:0"); }), ErrorCode::kIo) << "not ours";
}

TEST(ListenSocketTest, TellsWhereItListensAndWhoReachesIt) {
  const auto sockets = listen_on("127.0.0.1:0");
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_NE(sockets[0].port(), 0);
  EXPECT_EQ(sockets[0].name(), "127.0.0.1:" + std::to_string(sockets[0].port()));
  EXPECT_TRUE(sockets[0].is_local());
  EXPECT_FALSE(sockets[0].is_unix());
  EXPECT_TRUE(listen_on("127.9.9.9:0")[0].is_local());
  EXPECT_FALSE(listen_on("0.0.0.0:0")[0].is_local());
  const auto both = listen_on("localhost:0");
  EXPECT_EQ(both.back().port(), both.front().port());
  for (const ListenSocket& socket : both) EXPECT_TRUE(socket.is_local());
}

TEST(ListenSocketTest, TakesOverOnlyWhatIsMeantForIt) {
  const std::string self = std::to_string(::getpid());
  EXPECT_TRUE(inherited_sockets("", "").empty());
  EXPECT_TRUE(inherited_sockets("1", "1").empty()) << "another process";
  EXPECT_TRUE(inherited_sockets(self, "").empty());
  EXPECT_TRUE(inherited_sockets(self, "0").empty());
  EXPECT_TRUE(inherited_sockets(self, "-1").empty());
  EXPECT_EQ(code_of([&] { inherited_sockets(self, "1000000000000"); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { ListenSocket(-1); }), ErrorCode::kUsage);
}

TEST(ParametersTest, ReadsValuesStrictly) {
  const std::vector<Parameter> list = {{"n", "10"},    {"big", "1000000000"}, {"x", "0.5"},
                                       {"bad", "1x"},  {"flag", ""},          {"twice", "1"},
                                       {"twice", "2"}, {"nan", "nan"},        {"no", "false"}};
  const Parameters parameters(list);
  EXPECT_EQ(parameters.whole("n", 1, 10), 10U);
  EXPECT_EQ(parameters.whole("missing", 1, 10), std::nullopt);
  EXPECT_EQ(parameters.number("x", 0, 1), 0.5);
  EXPECT_TRUE(parameters.flag("flag"));
  EXPECT_FALSE(parameters.flag("no"));
  EXPECT_FALSE(parameters.flag("missing"));
  EXPECT_EQ(parameters.texts("twice"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(parameters.required("n"), "10");
  for (const auto& call : std::vector<std::function<void()>>{
           [&] { parameters.whole("big", 1, 1000); }, [&] { parameters.whole("bad", 1, 1000); },
           [&] { parameters.whole("x", 0, 10); }, [&] { parameters.number("nan", 0, 1); },
           [&] { parameters.number("n", 0, 1); }, [&] { parameters.flag("n"); },
           [&] { parameters.text("twice"); }, [&] { parameters.required("missing"); },
           [&] { parameters.require_known({}); }}) {
    EXPECT_EQ(code_of(call), ErrorCode::kUsage);
  }
  EXPECT_THAT(test::error_of([&] { parameters.whole("big", 1, 1000); }).what(), HasSubstr("big"));
  EXPECT_EQ(id_of("18446744073709551615"), ItemId{UINT64_MAX});
  for (const char* id : {"", "-1", "1x", "18446744073709551616", "../1", " 1"}) {
    EXPECT_EQ(code_of([&] { id_of(id); }), ErrorCode::kNotFound) << id;
  }
}

}  // namespace
}  // namespace simdb::server
