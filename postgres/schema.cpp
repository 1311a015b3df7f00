#include <fmt/format.h>

#include <string_view>

#include "postgres/schema_internal.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"

namespace simdb::postgres {
namespace {

// A row in a page of 8 KB; longer vectors lie beside their rows, which is slower to scan.
constexpr std::size_t kMaxPlainDimension = 1900;

// Numbers are bigint throughout: one form for all. Paths need not be UTF-8, so they are bytes.
constexpr const char* kTables[] = {
    R"(CREATE TABLE gallery (
         only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
         format bigint NOT NULL, id text NOT NULL, dimension bigint NOT NULL,
         fingerprint text NOT NULL, space text NOT NULL,
         next_id bigint NOT NULL, items bigint NOT NULL, changes bigint NOT NULL,
         forgotten bigint NOT NULL, history bigint NOT NULL))",
    "CREATE TABLE encoder (fingerprint text PRIMARY KEY, model bytea NOT NULL)",
    "CREATE TABLE settings (name bytea PRIMARY KEY, value bytea NOT NULL)",
    "CREATE TABLE changes (number bigint PRIMARY KEY, mark bigint NOT NULL)",
    R"(CREATE TABLE history (
         change bigint, kind bigint, first bigint, items bigint NOT NULL,
         PRIMARY KEY (change, kind, first)))",
    R"(CREATE TABLE classes (
         name text COLLATE "C" PRIMARY KEY, items bigint NOT NULL, mark bigint NOT NULL))",
    R"(CREATE TABLE items (
         id bigint PRIMARY KEY, class_name text COLLATE "C" NOT NULL, source bytea NOT NULL,
         digest bytea, width bigint NOT NULL, height bigint NOT NULL, key text COLLATE "C",
         metadata jsonb NOT NULL, added_ms bigint NOT NULL, changed_ms bigint NOT NULL))",
    "CREATE TABLE thumbnails (id bigint PRIMARY KEY, bytes bytea NOT NULL)",
    "CREATE TABLE images (digest bytea PRIMARY KEY, bytes bytea NOT NULL)",
    "CREATE TABLE sidecars (name text PRIMARY KEY, bytes bytea NOT NULL)",
    // They are compressed already.
    "ALTER TABLE thumbnails ALTER COLUMN bytes SET STORAGE EXTERNAL",
    "ALTER TABLE images ALTER COLUMN bytes SET STORAGE EXTERNAL",
};

constexpr const char* kIndexes[] = {
    "CREATE INDEX items_by_class ON items (class_name, id)",
    "CREATE INDEX items_by_digest ON items (digest)",
    "CREATE INDEX items_by_metadata ON items USING gin (metadata jsonb_path_ops)",
};

constexpr const char* kHasGallery =
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1::text AND tablename = "
    "'gallery')";

bool is_true(const Result& result) { return result.number(0, 0) != 0; }

bool has_citus(Connection& connection) {
  return is_true(
      connection.run("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"));
}

// What belongs to an item lies on one node. Every node has the classes, since answers need them.
void distribute_tables(Connection& connection, std::size_t shards) {
  if (!has_citus(connection)) {
    throw Error(ErrorCode::kBadInput,
                connection.place() +
                    " has no Citus, which spreads a gallery over machines; add it with 'CREATE "
                    "EXTENSION citus', or leave 'shards' out of the address");
  }
  connection.run("SET LOCAL citus.multi_shard_modify_mode = 'sequential'");
  const Params count = Params().number(static_cast<std::int64_t>(shards));
  for (const char* const table :
       {"SELECT create_distributed_table('items', 'id', 'hash', 'none', $1::bigint::int)",
        "SELECT create_distributed_table('images', 'digest', 'hash', 'none', $1::bigint::int)"}) {
    connection.run(table, count);
  }
  for (const char* const table :
       {"SELECT create_distributed_table('vectors', 'id', 'hash', 'items')",
        "SELECT create_distributed_table('thumbnails', 'id', 'hash', 'items')",
        "SELECT create_reference_table('classes')"}) {
    connection.run(table);
  }
}

void require_extension(Connection& connection) {
  if (is_true(
          connection.run("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"))) {
    return;
  }
  if (!is_true(connection.run(
          "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"))) {
    throw Error(ErrorCode::kBadInput,
                connection.place() +
                    " has no pgvector, which finds similar items; install it on "
                    "the server (Debian: postgresql-17-pgvector)");
  }
  try {
    connection.run("CREATE EXTENSION vector WITH SCHEMA public");
  } catch (const ServerError& error) {
    if (error.state() != "42501") throw;
    throw Error(ErrorCode::kIo, connection.place() +
                                    ": only an administrator may add pgvector; have 'CREATE "
                                    "EXTENSION vector' executed there");
  }
}

}  // namespace

void prepare_session(Connection& connection, const std::string& schema, std::int64_t busy_ms) {
  // What was acknowledged is durable, whatever the server's default is.
  connection.run(
      R"(SELECT set_config('search_path', concat_ws(', ', quote_ident($1::text),
             (SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e
              JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector')),
           false),
         set_config('lock_timeout', $2::bigint::text, false),
         set_config('synchronous_commit', CASE current_setting('synchronous_commit')
           WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
         set_config('citus.propagate_set_commands', 'local', false))",
      Params().text(schema).number(busy_ms));
}

bool has_gallery(Connection& connection, const std::string& schema) {
  return is_true(connection.run(kHasGallery, Params().text(schema)));
}

bool is_sharded(Connection& connection) {
  return has_citus(connection) &&
         is_true(connection.run("SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE "
                                "logicalrelid = 'items'::regclass)"));
}

std::int64_t bytes_of_tables(Connection& connection) {
  const std::string of_gallery =
      " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
      "current_schema() AND c.relname IN ('gallery', 'encoder', 'settings', 'changes', 'history', "
      "'classes', 'items', 'vectors', 'thumbnails', 'images', 'sidecars')";
  const auto sum = [&](const std::string& from) {
    return connection.run((from + of_gallery).c_str()).number(0, 0);
  };
  const std::int64_t here =
      sum("SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c");
  if (!is_sharded(connection)) return here;
  return here + sum("SELECT coalesce(sum(citus_total_relation_size(c.oid)), 0)::bigint FROM "
                    "pg_class c JOIN pg_dist_partition p ON p.logicalrelid = c.oid");
}

void create_indexes(Connection& connection) {
  for (const char* const index : kIndexes) connection.run(index);
  // No node of a cluster knows the keys of another one: there, that writers wait for each other is
  // all that keeps keys unique.
  connection.run(is_sharded(connection) ? "CREATE INDEX items_by_key ON items (key)"
                                        : "CREATE UNIQUE INDEX items_by_key ON items (key)");
}

void drop_indexes(Connection& connection) {
  for (const char* const index :  // Citus drops one at a time
       {"DROP INDEX items_by_class", "DROP INDEX items_by_key", "DROP INDEX items_by_digest",
        "DROP INDEX items_by_metadata"}) {
    connection.run(index);
  }
}

std::string place_of(const Connection& connection, const std::string& schema) {
  if (schema == PostgresAddress().schema) return connection.place();
  std::string place = connection.place() + "?schema=";
  for (const char c : schema) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    place += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return place;
}

void create_tables(Connection& connection, const PostgresAddress& address,
                   const GalleryIdentity& identity) {
  const std::string& schema = address.schema;
  require_valid_dimension(identity.dimension);
  if (to_hex(sha256(identity.encoder_model)) != identity.encoder_fingerprint) {
    throw Error(ErrorCode::kUsage, "can't make a gallery in " + connection.place() +
                                       ": the fingerprint is not the SHA-256 of the encoder");
  }
  connection.begin();
  connection.run("SELECT pg_advisory_xact_lock(hashtext('simdb'))");  // of those who make one
  if (connection.run("SHOW server_encoding").text(0, 0) != "UTF8") {
    throw Error(ErrorCode::kBadInput, connection.place() +
                                          " does not keep text as UTF-8; make a "
                                          "database with ENCODING 'UTF8'");
  }
  const Params name = Params().text(schema);
  if (has_gallery(connection, schema)) {
    throw Error(ErrorCode::kUsage,
                "there is a gallery in " + connection.place() + ", schema " + schema + ", already");
  }
  require_extension(connection);
  if (!is_true(connection.run("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1::text)",
                              name))) {
    connection.run(("CREATE SCHEMA " + connection.quoted_name(schema)).c_str());
  }
  connection.run(R"(SELECT set_config('search_path', concat_ws(', ', quote_ident($1::text),
             (SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e
              JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector')),
           false))",
                 name);
  for (const char* const table : kTables) connection.run(table);
  connection.run(("CREATE TABLE vectors (id bigint PRIMARY KEY, embedding vector(" +
                  std::to_string(identity.dimension) + ") NOT NULL)")
                     .c_str());
  connection.run(identity.dimension <= kMaxPlainDimension
                     ? "ALTER TABLE vectors ALTER COLUMN embedding SET STORAGE PLAIN"
                     : "ALTER TABLE vectors ALTER COLUMN embedding SET STORAGE EXTERNAL");
  if (address.shards > 0) distribute_tables(connection, address.shards);
  create_indexes(connection);
  const std::string_view model(reinterpret_cast<const char*>(identity.encoder_model.data()),
                               identity.encoder_model.size());
  connection.run("INSERT INTO encoder VALUES ($1::text, $2::bytea)",
                 Params().text(identity.encoder_fingerprint).text(model));
  connection.run(
      "INSERT INTO gallery (format, id, dimension, fingerprint, space, next_id, items, changes, "
      "forgotten, history) VALUES ($1::bigint, replace(gen_random_uuid()::text, '-', ''), "
      "$2::bigint, $3::text, $4::text, 1, 0, 0, 0, 0)",
      Params()
          .number(kFormat)
          .number(static_cast<std::int64_t>(identity.dimension))
          .text(identity.encoder_fingerprint)
          .text(identity.space));
  connection.commit();
}

void require_whole(Connection& connection) {
  if (connection.run("SELECT FROM sidecars WHERE name = 'following'").empty()) return;
  throw Error(ErrorCode::kUsage, "can't open the gallery in " + connection.place() +
                                     ": it is a copy that is not complete; copy again, which goes "
                                     "on with it");
}

GalleryIdentity read_identity(Connection& connection, const std::string& schema) {
  if (!has_gallery(connection, schema)) {
    throw Error(ErrorCode::kNotFound, "there is no gallery in " + connection.place() + ", schema " +
                                          schema + "; 'simdb init' makes one");
  }
  if (!is_true(connection.run("SELECT has_schema_privilege($1::text, 'USAGE')",
                              Params().text(schema)))) {
    throw Error(ErrorCode::kIo, "the role may not use schema " + schema + " in " +
                                    connection.place() +
                                    "; have it be given access: see docs/scaling.md");
  }
  const Result row = connection.run("SELECT format, dimension, fingerprint, space FROM gallery");
  if (row.empty()) {
    throw Error(ErrorCode::kCorruption, "the gallery in " + connection.place() +
                                            " is empty where it should say what it is; restore "
                                            "the database from a copy");
  }
  if (row.number(0, 0) > kFormat) {
    throw Error(ErrorCode::kBadInput, "the gallery in " + connection.place() +
                                          " was made by a newer simdb (format " +
                                          std::to_string(row.number(0, 0)) + ", this one knows " +
                                          std::to_string(kFormat) + "); use that one");
  }
  return {static_cast<std::size_t>(row.number(0, 1)),
          std::string(row.text(0, 2)),
          {},
          std::string(row.text(0, 3))};
}

void grant_access(Connection& connection, const std::string& schema, const std::string& role,
                  bool may_write) {
  const std::string to = " TO " + connection.quoted_name(role);
  const std::string in = " SCHEMA " + connection.quoted_name(schema);
  connection.begin();
  connection.run(("GRANT USAGE ON" + in + to).c_str());
  connection.run((std::string(may_write ? "GRANT SELECT, INSERT, UPDATE, DELETE" : "GRANT SELECT") +
                  " ON ALL TABLES IN" + in + to)
                     .c_str());
  connection.commit();
}

}  // namespace simdb::postgres
