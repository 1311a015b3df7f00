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

TEST(AddressTest, RefusesNamesThatPostgresqlHasNot) {
  for (const std::string& name : {std::string(), std::string("%00"), std::string(64, 'a')}) {
    EXPECT_EQ(test::code_of([&] { parse_postgres_address("postgresql:///x?schema=" + name); }),
              ErrorCode::kUsage)
        << name;
  }
}

}  // namespace
}  // namespace simdb
