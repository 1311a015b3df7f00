#include "postgres/address.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb {
namespace {

TEST(AddressTest, TheSchemaIsTakenOutOfTheUri) {
  const auto plain = parse_postgres_address("postgresql://anna@host:5433/birds?sslmode=require");
  EXPECT_EQ(plain.server, "postgresql://anna@host:5433/birds?sslmode=require");
  EXPECT_EQ(plain.schema, "simdb");
  const auto named =
      parse_postgres_address("postgres:///birds?host=/run&schema=my%20birds&sslmode=require");
  EXPECT_EQ(named.server, "postgres:///birds?host=/run&sslmode=require");
  EXPECT_EQ(named.schema, "my birds");
  EXPECT_EQ(parse_postgres_address("postgresql:///x?schema=y").server, "postgresql:///x");
}

TEST(AddressTest, KnowsAnAddressFromAFolder) {
  EXPECT_TRUE(is_postgres_address("postgresql://"));
  EXPECT_TRUE(is_postgres_address("postgres:///birds"));
  EXPECT_FALSE(is_postgres_address("postgresql"));
  EXPECT_FALSE(is_postgres_address("/data/postgresql://"));
  // A list of names and values is libpq's alone.
  EXPECT_EQ(parse_postgres_address("host=x dbname=y?schema=z").schema, "simdb");
}

TEST(AddressTest, SaysHowToSearch) {
  EXPECT_FALSE(parse_postgres_address("postgresql:///x?approximate=0").is_approximate);
  const auto approximate = parse_postgres_address("postgresql:///x?a=b&approximate=1&schema=s");
  EXPECT_TRUE(approximate.is_approximate);
  EXPECT_EQ(approximate.server, "postgresql:///x?a=b");
  EXPECT_EQ(approximate.schema, "s");
}

TEST(AddressTest, SaysHowManyShardsThereAreToBe) {
  EXPECT_EQ(parse_postgres_address("postgresql:///x").shards, 0);
  const auto spread = parse_postgres_address("postgresql:///x?shards=32&a=b");
  EXPECT_EQ(spread.shards, 32);
  EXPECT_EQ(spread.server, "postgresql:///x?a=b");
}

TEST(AddressTest, RefusesParametersThatMakeNoSense) {
  for (const char* wrong : {"approximate=yes", "approximate=2", "approximate=", "shards=0",
                            "shards=-1", "shards=1025", "shards=9x", "shards="}) {
    const std::string message = test::error_of([&] {
                                  parse_postgres_address(std::string("postgresql:///x?") + wrong);
                                }).what();
    EXPECT_NE(message.find(" is a number from "), std::string::npos) << wrong << ": " << message;
  }
}

TEST(AddressTest, IsShownWithoutPasswords) {
  EXPECT_EQ(without_password("postgresql://anna:se:c@ret@host:5433/birds?schema=x"),
            "postgresql://anna@host:5433/birds?schema=x");
  EXPECT_EQ(without_password("postgres://anna@host/birds"), "postgres://anna@host/birds");
  EXPECT_EQ(without_password("postgres://host:5433/birds"), "postgres://host:5433/birds");
  EXPECT_EQ(without_password("postgresql:///b?password=x&host=/run&sslpassword=y&port=1"),
            "postgresql:///b?host=/run&port=1");
  EXPECT_EQ(without_password("postgresql:///b?password=x"), "postgresql:///b");
}

TEST(AddressTest, RefusesNamesThatPostgresqlHasNot) {
  for (const std::string& name : {std::string(), std::string("%00"), std::string(64, 'a')}) {
    EXPECT_EQ(test::code_of([&] { parse_postgres_address("postgresql:///x?schema=" + name); }),
              ErrorCode::kUsage)
        << name;
  }
}

}  // namespace
}  // namespace simdb
