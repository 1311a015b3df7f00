#include "simdb/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/errors.h"

namespace simdb {
namespace {

std::string digest_of(std::string_view text) {
  return to_hex(sha256(std::as_bytes(std::span(text))));
}

TEST(DigestTest, AgreesWithFips180) {
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(DigestTest, HexComesBack) {
  const Sha256 digest = sha256(std::as_bytes(std::span("some bytes")));
  EXPECT_EQ(sha256_from_hex(to_hex(digest)), digest);
  EXPECT_EQ(sha256_from_hex(std::string(64, 'F')), sha256_from_hex(std::string(64, 'f')));
}

TEST(DigestTest, OtherTextIsNoDigest) {
  const std::string good(64, '0');
  EXPECT_NO_THROW(sha256_from_hex(good));
  std::vector<std::string> all_bad{"", good.substr(1), good + "0"};
  for (const std::string start : {" ", "+0", "-1", "0x", "g", "\xFF"}) {
    all_bad.push_back(std::string(good).replace(0, start.size(), start));
  }
  for (const std::string& bad : all_bad) {
    EXPECT_EQ(test::code_of([&] { sha256_from_hex(bad); }), ErrorCode::kBadInput) << bad;
  }
}

}  // namespace
}  // namespace simdb
