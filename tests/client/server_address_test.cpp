#include "client/server_address.h"

#include <gmock/gmock.h>

#include "simdb/error.h"

namespace simdb::client {
namespace {

using testing::HasSubstr;

TEST(ServerAddressTest, ReadsNamesAddressesAndSockets) {
  const auto plain = parse_server_address("http://localhost:7700/");
  EXPECT_EQ(plain.host, "localhost");
  EXPECT_EQ(plain.port, "7700");
  EXPECT_EQ(plain.host_field(), "localhost:7700");
  EXPECT_EQ(parse_server_address("http://parts.example").host_field(), "parts.example");
  const auto six = parse_server_address("http://[::1]:7700");
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.host_field(), "[::1]:7700");
  const auto socket = parse_server_address("unix:/run/simdb/http.sock");
  EXPECT_EQ(socket.socket, "/run/simdb/http.sock");
  EXPECT_EQ(socket.host_field(), "localhost");
}

TEST(ServerAddressTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "localhost:7700", "http://", "http://:7700", "http://a:", "http://a:0",
        "http://a:70000", "http://a:7x", "http://a/b", "http://me@a", "http://[::1",
        "http://[::1]x:1", "unix:", "ftp://a", "http://a\r\nX: 1", "http://a b"}) {
    EXPECT_THROW(parse_server_address(text), Error) << text;
  }
  try {
    parse_server_address("https://parts.example");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("ssh -N -L"));
  }
}

TEST(ServerAddressTest, EncodesAllButPlainCharacters) {
  RequestTarget target("/v1/items");
  target.with("class", "a b/..&\xC3\xA9").with("after", std::uint64_t{7});
  EXPECT_EQ(target.text(), "/v1/items?class=a%20b%2F..%26%C3%A9&after=7");
}

}  // namespace
}  // namespace simdb::client
