#include "server/request_site.h"

#include <gtest/gtest.h>

#include <vector>

namespace simdb::server {
namespace {

bool loopback(std::string_view host) { return host_is_allowed(host, {}, 7700); }

TEST(RequestSite, LoopbackWithThePortIsThisServer) {
  for (const char* host : {"127.0.0.1:7700", "localhost:7700", "[::1]:7700", "LOCALHOST:7700"}) {
    EXPECT_TRUE(loopback(host)) << host;
  }
  for (const char* host : {"",
                           ":",
                           ":7700",
                           "localhost.evil.com",
                           "localhost.evil.com:7700",
                           "evil.com",
                           "evil.com:7700",
                           "localhost.",
                           "localhost.:7700",
                           "localhost",
                           "127.0.0.1",
                           "[::1]",
                           "localhost:",
                           "localhost:7701",
                           "localhost:77000",
                           "localhost:07700",
                           "localhost:+7700",
                           "localhost:7700:7700",
                           "localhost:7700,evil.com",
                           "a,b",
                           "evil.com,localhost:7700",
                           "::1:7700",
                           "[::1:7700",
                           "[::1]x:7700",
                           "[]:7700",
                           "[:7700",
                           "]:7700",
                           "x[::1]:7700",
                           "127.0.0.1.evil.com:7700",
                           "127.1:7700",
                           "localhos:7700",
                           "localhostx:7700",
                           "localhost@evil.com:7700",
                           "localhost%00:7700",
                           "0.0.0.0:7700"}) {
    EXPECT_FALSE(loopback(host)) << host;
  }
}

TEST(RequestSite, PortEightyIsLeftOut) {
  for (const char* host : {"localhost", "[::1]", "127.0.0.1", "localhost:80"}) {
    EXPECT_TRUE(host_is_allowed(host, {}, 80)) << host;
  }
  EXPECT_FALSE(host_is_allowed("localhost:7700", {}, 80));
  EXPECT_FALSE(host_is_allowed("", {}, 80));
}

TEST(RequestSite, TheOperatorsNamesAreThisServer) {
  const std::vector<std::string> names = {"bench.local", "proxy.example:8443", "[fe80::1]", ""};
  for (const char* host : {"bench.local", "Bench.Local:7700", "proxy.example:8443",
                           "[fe80::1]:7700", "localhost:7700"}) {
    EXPECT_TRUE(host_is_allowed(host, names, 7700)) << host;
  }
  for (const char* host : {"bench.local:80", "proxy.example", "proxy.example:7700", "", ":7700",
                           "bench.local.", "a.bench.local", "fe80::1", "localhost"}) {
    EXPECT_FALSE(host_is_allowed(host, names, 7700)) << host;
  }
}

TEST(RequestSite, OnlyItsOwnOriginIsAllowed) {
  for (const char* origin : {"http://localhost:7700", "https://localhost:7700"}) {
    EXPECT_TRUE(origin_is_allowed(origin, "LocalHost:7700")) << origin;
  }
  for (const char* origin :
       {"null", "", "http://", "http://localhost", "http://localhost:7701", "http://evil.com",
        "http://localhost:7700.evil.com", "http://localhost:7700/", "ftp://localhost:7700",
        "localhost:7700", "http://127.0.0.1:7700", "http://localhost:7700 http://evil.com"}) {
    EXPECT_FALSE(origin_is_allowed(origin, "localhost:7700")) << origin;
  }
  EXPECT_FALSE(origin_is_allowed("http://", ""));
}

int status_with(const std::string& host, const std::string& fields,
                const std::string& line = "GET /") {
  const std::string text = line + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
  const auto checked = check_head(text);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) return refusal->status;
  const auto refusal = check_site(std::get<RequestHead>(checked), {}, 7700);
  return refusal ? refusal->status : 200;
}

TEST(RequestSite, RequestsOfOtherSitesAreRefused) {
  const std::string own = "localhost:7700";
  EXPECT_EQ(status_with(own, ""), 200);
  EXPECT_EQ(status_with(own, "Origin: http://localhost:7700\r\nSec-Fetch-Site: same-origin\r\n"),
            200);
  EXPECT_EQ(status_with(own, "Sec-Fetch-Site: none\r\n"), 200);
  EXPECT_EQ(status_with(own, "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status_with(own, "Sec-Fetch-Site: same-site\r\n"), 403);
  EXPECT_EQ(status_with(own, "Sec-Fetch-Site:\r\n"), 403);
  EXPECT_EQ(status_with(own, "Origin: null\r\n"), 403);
  EXPECT_EQ(status_with(own, "Origin: http://evil.com\r\nSec-Fetch-Site: same-origin\r\n"), 403);
  const std::string link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
  EXPECT_EQ(status_with(own, link + "Sec-Fetch-Dest: document\r\n"), 200);
  EXPECT_EQ(status_with(own, link), 403);
  EXPECT_EQ(status_with(own, link + "Sec-Fetch-Dest: iframe\r\n"), 403);
  EXPECT_EQ(status_with(own, link + "Sec-Fetch-Dest: document\r\nOrigin: null\r\n"), 403);
  EXPECT_EQ(status_with(own, link + "Sec-Fetch-Dest: document\r\n", "GET /v1/stats"), 403);
  EXPECT_EQ(status_with(own, link + "Sec-Fetch-Dest: document\r\n", "POST /"), 403);
  EXPECT_EQ(status_with("evil.test:7700", link + "Sec-Fetch-Dest: document\r\n"), 421);
  // Rebound: the page's own name points here.
  EXPECT_EQ(status_with("evil.test:7700", "Origin: http://evil.test:7700\r\n"), 421);
  EXPECT_EQ(status_with("", ""), 421);
}

}  // namespace
}  // namespace simdb::server
