#include "tests/postgres/shards.h"

#include <string>

#include "tests/postgres/server.h"

namespace simdb::test {
namespace {

constexpr int kShards = 3;

// One more database per shard, with a foreign server that leads to it; for all galleries.
void make_shards(const std::string& server) {
  const auto value_of = [&](const std::string& name) {
    const std::size_t at = server.find(name + "=") + name.size() + 1;
    return server.substr(at, server.find(' ', at) - at);
  };
  execute(server, "CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public");
  for (int i = 0; i < kShards; ++i) {
    const std::string name = "shard" + std::to_string(i);
    execute(server, "CREATE DATABASE " + name);
    execute(server + " dbname=" + name, "CREATE EXTENSION vector");
    execute(server, "CREATE SERVER " + name + " FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '" +
                        value_of("host") + "', port '" + value_of("port") + "', dbname '" + name +
                        "', extensions 'vector')");
    execute(server, "CREATE USER MAPPING FOR CURRENT_USER SERVER " + name);
  }
}

}  // namespace

void move_to_shards(const PostgresAddress& address) {
  static const bool once = (make_shards(address.server), true);
  (void)once;
  static int number = 0;
  const std::string schema = "g" + std::to_string(++number);
  const std::string home =
      execute(address.server, "SELECT quote_ident('" + address.schema + "')")[0];
  for (const std::string table : {"items", "vectors", "thumbnails", "images"}) {
    const std::string key = table == "images" ? "digest" : "id";
    const std::string name = home + "." + table;
    execute(address.server, "ALTER TABLE " + name + " RENAME TO whole; CREATE TABLE " + name +
                                " (LIKE " + home + ".whole) PARTITION BY HASH (" + key +
                                "); DROP TABLE " + home + ".whole");
    std::string columns;
    for (const std::string& column : execute(
             address.server,
             "SELECT quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) || CASE WHEN "
             "attcollation = (SELECT oid FROM pg_collation WHERE collname = 'C') THEN ' COLLATE "
             "\"C\"' ELSE '' END FROM pg_attribute WHERE attrelid = '" +
                 name + "'::regclass AND attnum > 0 ORDER BY attnum")) {
      columns += (columns.empty() ? "" : ", ") + column;
    }
    for (int i = 0; i < kShards; ++i) {
      const std::string shard = "shard" + std::to_string(i);
      execute(address.server + " dbname=" + shard,
              "CREATE SCHEMA IF NOT EXISTS " + schema + "; CREATE TABLE " + schema + "." + table +
                  " (" + columns + ", PRIMARY KEY (" + key + "))");
      execute(address.server, "CREATE FOREIGN TABLE " + home + "." + table + std::to_string(i) +
                                  " PARTITION OF " + name +
                                  " FOR VALUES WITH (MODULUS 3, REMAINDER " + std::to_string(i) +
                                  ") SERVER " + shard + " OPTIONS (schema_name '" + schema +
                                  "', table_name '" + table + "')");
    }
  }
}

}  // namespace simdb::test
